/* SPDX-License-Identifier: Apache-2.0 */
/* The headers of a facts file that say where and with what it was observed. */
#include "conformance/observe.h"

#include <fcntl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>

#include "conformance/userns.h"
#include "reference/sys.h"

static void add(struct text *out, const char *key, const char *value)
{
	text_add_record(out, "h", key, value, NULL);
}

/* First line of a file, "" where there is none; owned by the caller. */
static char *first_line(const char *path)
{
	char *text;

	if (read_file_at(AT_FDCWD, path, 65536, &text, NULL) < 0)
		return xstrdup("");
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static char *distro(void)
{
	_cleanup_free_ char *text = NULL;
	char *rest, *line;

	if (read_file_at(AT_FDCWD, "/etc/os-release", 65536, &text, NULL) < 0)
		return xstrdup("unknown");
	for (rest = text; (line = next_line(&rest));) {
		const char *name = strip_prefix(line, "PRETTY_NAME=");

		if (name) {
			name += *name == '"';
			return xstrndup(name, strcspn(name, "\""));
		}
	}
	return xstrdup("unknown");
}

/* A call that exists answers its bad arguments with anything but ENOSYS. */
static bool have(int r)
{
	return r != -ENOSYS;
}

static void add_features(struct text *out)
{
	static const struct ms_open_how how = { 0 };
	static const struct ms_mount_attr attr = { 0 };
	const struct {
		const char *name;
		bool have;
	} features[] = {
		{ "openat2", have(sys_openat2(-1, "", &how)) },
		{ "open_tree", have(sys_open_tree(-1, "", 0)) },
		{ "move_mount", have(sys_move_mount(-1, "", -1, "", 0)) },
		{ "fsopen", have(sys_fsopen("", 0)) },
		{ "mount_setattr", have(sys_mount_setattr(-1, "", 0, &attr)) },
		{ "pidfd_open", have(sys_pidfd_open(-1, 0)) },
		{ "statmount", have(ms_neg_errno(syscall(MS_NR_statmount, NULL, NULL, 0, 0))) },
	};
	_cleanup_text_ struct text t = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(features); i++)
		if (features[i].have)
			text_addf(&t, "%s%s", t.len ? " " : "", features[i].name);
	add(out, "features", text_str(&t));
}

static void add_userns(struct text *out)
{
	struct userns_trial t;
	const char *fault, *remedy;

	userns_try(&t);
	fault = userns_fault(&t, &remedy);
	add(out, "user-namespaces", fault ? fault : "ok");
}

void header_host(const struct options *o, struct text *out)
{
	_cleanup_free_ char *tasks = xasprintf("%u", o->most_tasks);
	_cleanup_free_ char *boot = first_line("/proc/sys/kernel/random/boot_id");
	_cleanup_free_ char *nonce = first_line("/proc/sys/kernel/random/uuid");
	_cleanup_free_ char *lsm = first_line("/sys/kernel/security/lsm");
	_cleanup_free_ char *os = distro();
	time_t now = time(NULL);
	struct utsname u;
	struct tm tm;
	char started[32];

	uname(&u);
	strftime(started, sizeof(started), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	add(out, "kernel", u.release);
	add(out, "machine", u.machine);
	add(out, "distro", os);
	add(out, "cgroup", sandbox_cgroup_name());
	add(out, "tasks", o->most_tasks ? tasks : "unlimited");
	add(out, "lsm", *lsm ? lsm : "unknown");
	add_features(out);
	add_userns(out);
	add(out, "limits", sandbox_limits());
	add(out, "boot", boot);
	add(out, "started", started);
	add(out, "nonce", nonce);
}

/* `runc version 1.1.5+ds1` and the like: the words of the first line. */
static void add_version(const struct options *o, struct text *out)
{
	_cleanup_command_ struct command_result r = { 0 };
	char *argv[] = { (char *)(uintptr_t)o->runtime, (char *)(uintptr_t) "--version", NULL };
	_cleanup_free_ char *line = NULL;
	const char *text, *at;

	command_run(argv, "/", o->timeout_ms, &r);
	text = r.status == 0 && !r.deadline && !r.flood ? text_str(&r.out) : "";
	line = xstrndup(text, strcspn(text, "\n"));
	at = strstr(line, " version ");
	add(out, "runtime-version-line", line);
	add(out, "runtime-version", at ? at + strlen(" version ") : *line ? line : "unknown");
}

void header_runtime(const struct options *o, struct text *out)
{
	_cleanup_close_ int fd = open(o->runtime, O_RDONLY | O_CLOEXEC);
	_cleanup_text_ struct text argv = { 0 };
	const char *slash = strrchr(o->runtime, '/');
	char hex[SHA256_HEX] = "";
	size_t i;

	if (fd >= 0)
		sha256_fd(fd, hex);
	text_add(&argv, o->runtime);
	for (i = 0; i < o->n_runtime_args; i++)
		text_addf(&argv, "\n%s", o->runtime_args[i]);
	add(out, "runtime", o->runtime);
	add(out, "runtime-name", slash ? slash + 1 : o->runtime);
	add(out, "runtime-argv", text_str(&argv));
	add(out, "runtime-sha256", hex);
	add_version(o, out);
}
