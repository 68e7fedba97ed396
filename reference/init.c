/* SPDX-License-Identifier: Apache-2.0 */
/* The container's init: from the clone to the payload. */
#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "reference/container.h"
#include "reference/seam.h"
#include "reference/sys.h"

/* The runtime's own memory and descriptors are not for those inside (CVE-2019-5736). */
static void hide_runtime(void)
{
	prctl(PR_SET_DUMPABLE, 0);
}

/* Waits for the maps and the cgroup; then root of the container is what we are. */
static int init_await_release(struct container *c, struct fault *f)
{
	int r;

	c->peer_fd = safe_close(c->peer_fd);
	r = sync_receive(c->sync_fd, f);
	if (r < 0)
		return r;
	setsid();
	r = userns_enter(c, f);
	if (r < 0)
		return r;
	hide_runtime();
	/* Not before setresuid(), which clears it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return 0;
}

static int init_cgroup_namespace(struct container *c, struct fault *f)
{
	const struct spec_namespace *ns = spec_namespace(&c->spec, MS_CLONE_NEWCGROUP);

	if (ns && !ns->path && unshare(MS_CLONE_NEWCGROUP) < 0)
		return fault_set(f, errno, "unshare the cgroup namespace: %s", strerror(errno));
	return 0;
}

/* One descriptor a target is held until all are masked; the payload gets its limit back. */
static struct rlimit saved_nofile;

static int init_raise_nofile(_unused_ struct container *c, _unused_ struct fault *f)
{
	struct rlimit all;

	if (getrlimit(RLIMIT_NOFILE, &saved_nofile) == 0) {
		all = saved_nofile;
		all.rlim_cur = all.rlim_max;
		setrlimit(RLIMIT_NOFILE, &all);
	}
	return 0;
}

static int init_restore_nofile(_unused_ struct container *c, _unused_ struct fault *f)
{
	setrlimit(RLIMIT_NOFILE, &saved_nofile);
	return 0;
}

static int init_names(struct container *c, struct fault *f)
{
	const char *host = c->spec.hostname, *domain = c->spec.domainname;

	if (host && sethostname(host, strlen(host)) < 0)
		return fault_path(f, errno, "hostname", host);
	if (domain && setdomainname(domain, strlen(domain)) < 0)
		return fault_path(f, errno, "domainname", domain);
	return 0;
}

int init_enter_workdir(const struct spec_process *p, struct fault *f)
{
	char cwd[4096];

	if (chdir(p->cwd) < 0)
		return fault_path(f, errno, "process.cwd", p->cwd);
	/* CVE-2024-21626: a cwd by way of a leaked descriptor has no name below the root. */
	if (!getcwd(cwd, sizeof(cwd)) || cwd[0] != '/')
		return fault_path(f, ENOENT, "process.cwd lies outside the container", p->cwd);
	return 0;
}

static int init_workdir(struct container *c, struct fault *f)
{
	return init_enter_workdir(&c->spec.process, f);
}

/* Program ------------------------------------------------------------------------------------ */

static const char *env_path(const struct spec_process *p)
{
	for (size_t i = 0; i < p->env.n; i++) {
		const char *value = strip_prefix(p->env.v[i], "PATH=");

		if (value)
			return value;
	}
	return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

static int executable(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EACCES;
	return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0 ? -errno : 0;
}

/* So that a missing program is an error of create, not of start. */
int init_find_program(struct container *c, const struct spec_process *p, struct fault *f)
{
	const char *name = p->args.v[0], *path = env_path(p);
	int r = -ENOENT;

	if (strchr(name, '/')) {
		r = executable(name);
		c->program = strdup(name);
		return r < 0 ? fault_path(f, -r, "process.args[0]", name) : 0;
	}
	while (*path && *name) {
		_cleanup_free_ char *file = NULL;
		size_t len = strcspn(path, ":");

		if (asprintf(&file, "%.*s/%s", (int)len, path, name) < 0)
			return fault_path(f, ENOMEM, "process.args[0]", name);
		if (executable(file) == 0) {
			c->program = TAKE_PTR(file);
			return 0;
		}
		path += len + (path[len] == ':');
	}
	return fault_path(f, -r, "process.args[0]", name);
}

static int init_program(struct container *c, struct fault *f)
{
	return init_find_program(c, &c->spec.process, f);
}

/* Identity ----------------------------------------------------------------------------------- */

static int drop_bounding(uint64_t keep)
{
	for (int cap = 0; cap < 64; cap++) {
		int has = prctl(PR_CAPBSET_READ, cap);

		if (has < 0)
			break; /* past the kernel's last */
		if (has == 1 && !(keep >> cap & 1) && prctl(PR_CAPBSET_DROP, cap) < 0)
			return -errno;
	}
	return 0;
}

/* What the caller itself hasn't can't be granted; the spec wants that not to be an error. */
static int set_capabilities(const uint64_t *caps)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2], want[2];

	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	for (int i = 0; i < 2; i++) {
		uint32_t have = data[i].permitted;

		want[i].permitted = (uint32_t)(caps[CAP_PERMITTED] >> 32 * i) & have;
		want[i].effective = (uint32_t)(caps[CAP_EFFECTIVE] >> 32 * i) & want[i].permitted;
		want[i].inheritable = (uint32_t)(caps[CAP_INHERITABLE] >> 32 * i) & have;
	}
	if (syscall(SYS_capset, &header, want) < 0)
		return -errno;
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (unsigned long cap = 0; cap < 64; cap++) {
		uint32_t both = want[cap / 32].permitted & want[cap / 32].inheritable;

		if (!(caps[CAP_AMBIENT] >> cap & 1) || !(both >> cap % 32 & 1))
			continue;
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
			return -errno;
	}
	return 0;
}

static int set_user(const struct container *c, const struct spec_user *u)
{
	int r = userns_set_groups(c, u->n_groups, u->groups);

	if (r < 0)
		return r;
	if (setresgid(u->gid, u->gid, u->gid) < 0 || setresuid(u->uid, u->uid, u->uid) < 0)
		return -errno;
	umask(u->umask >= 0 ? (mode_t)u->umask : 0022);
	return 0;
}

int init_prepare_identity(struct container *c, const struct spec_process *p, struct fault *f)
{
	int r = drop_bounding(p->caps[CAP_BOUNDING]);

	if (r < 0)
		return fault_set(f, -r, "process.capabilities.bounding: %s", strerror(-r));
	if (prctl(PR_SET_KEEPCAPS, 1) < 0)
		return fault_set(f, errno, "keep capabilities: %s", strerror(errno));
	r = set_user(c, &p->user);
	if (r < 0)
		return fault_set(f, -r, "process.user: %s", strerror(-r));
	r = set_capabilities(p->caps);
	if (r < 0)
		return fault_set(f, -r, "process.capabilities: %s", strerror(-r));
	prctl(PR_SET_KEEPCAPS, 0);
	if (p->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fault_set(f, errno, "process.noNewPrivileges: %s", strerror(errno));
	return 0;
}

static int init_identity(struct container *c, struct fault *f)
{
	return init_prepare_identity(c, &c->spec.process, f);
}

/* End of creation and start ------------------------------------------------------------------ */

/*
 *   close_range CLOEXEC  5.11  one call
 *   /proc/self/fd        any   one fcntl a descriptor
 */
int init_close_inherited(struct container *c, struct fault *f)
{
	_cleanup_close_ int fd = -EBADF;
	const struct dirent *entry;
	DIR *dir;

	if (sys_close_range(3, ~0U, MS_CLOSE_RANGE_CLOEXEC) >= 0)
		return 0;
	fd = openat(c->proc_fd, "self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (!dir)
		return fault_set(f, errno, "list the open files: %s", strerror(errno));
	while ((entry = readdir(dir))) {
		int n = atoi(entry->d_name);

		if (n > 2)
			fcntl(n, F_SETFD, FD_CLOEXEC);
	}
	closedir(dir);
	fd = -EBADF;
	return 0;
}

/* Whoever looks at /proc/1/fd from now on finds nothing of the host. */
static int init_close_host(struct container *c, struct fault *f)
{
	int r = init_close_inherited(c, f);

	c->proc_fd = safe_close(c->proc_fd);
	c->stage_fd = safe_close(c->stage_fd);
	c->root_fd = safe_close(c->root_fd);
	c->null_fd = safe_close(c->null_fd);
	c->state_fd = safe_close(c->state_fd);
	return r;
}

static int init_ready(struct container *c, struct fault *f)
{
	int r;

	prctl(PR_SET_PDEATHSIG, 0);
	r = sync_send(c->sync_fd, NULL);
	c->sync_fd = safe_close(c->sync_fd);
	return r < 0 ? fault_set(f, -r, "report to create: %s", strerror(-r)) : 0;
}

static int init_wait(struct container *c, struct fault *f)
{
	do
		c->start_fd = accept4(c->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	while (c->start_fd < 0 && errno == EINTR);
	if (c->start_fd < 0)
		return fault_set(f, errno, "wait for start: %s", strerror(errno));
	c->listen_fd = safe_close(c->listen_fd);
	return 0;
}

int init_execute(struct container *c, const struct spec_process *p, struct fault *f)
{
	/* read_strings() left room for the NULL that ends each list. */
	char **args = (char **)(uintptr_t)p->args.v;
	char **env = (char **)(uintptr_t)p->env.v;
	char *none[] = { NULL };
	sigset_t mask;

	sigemptyset(&mask);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	execve(c->program, args, env ? env : none);
	return fault_path(f, errno, "execute", c->program);
}

static int init_payload(struct container *c, struct fault *f)
{
	return init_execute(c, &c->spec.process, f);
}

static int init_hold(struct container *c, struct fault *f)
{
	return seam.hold ? seam.hold(c, f) : 0;
}

static const struct stage stages_init[] = {
	{ "await release", init_await_release, NULL },
	{ "cgroup namespace", init_cgroup_namespace, NULL },
	{ "raise RLIMIT_NOFILE", init_raise_nofile, NULL },
	{ "sources of mounts", mounts_open_sources, NULL },
	{ "root", rootfs_stage, NULL },
	{ "null node", rootfs_null, NULL },
	{ "mounts", mounts_apply, NULL },
	{ "devices", devices_create, NULL },
	{ "working directory", rootfs_workdir, NULL },
	{ "createContainer hooks", hooks_create_container, NULL },
	{ "held descriptors", init_hold, NULL },
	{ "readonlyPaths", masks_readonly_paths, NULL },
	{ "read-only root", rootfs_readonly, NULL },
	{ "maskedPaths", masks_masked_paths, NULL },
	{ "pivot", rootfs_pivot, NULL },
	{ "names", init_names, NULL },
	{ "restore RLIMIT_NOFILE", init_restore_nofile, NULL },
	{ "close host files", init_close_host, NULL },
	{ "enter working directory", init_workdir, NULL },
	{ "identity", init_identity, NULL },
	{ "program", init_program, NULL },
	{ "ready", init_ready, NULL },
	{ "wait for start", init_wait, NULL },
	{ "startContainer hooks", hooks_start_container, NULL },
	{ "payload", init_payload, NULL },
	{ 0 },
};

static bool new_userns(const struct spec *spec)
{
	const struct spec_namespace *ns = spec_namespace(spec, CLONE_NEWUSER);

	return ns && !ns->path;
}

_Noreturn void init_main(struct container *c)
{
	struct fault f = { 0 };

	/* An ordinary user may not write the maps of what is hidden. Nobody is in a new namespace
	 * until then. */
	if (!new_userns(&c->spec))
		hide_runtime();
	stages_run(STAGES_INIT, stages_init, c, &f);
	sync_send(c->start_fd >= 0 ? c->start_fd : c->sync_fd, &f);
	_exit(1);
}
