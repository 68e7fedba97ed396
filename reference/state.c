/* SPDX-License-Identifier: Apache-2.0 */
/* The state directory: STATE_ROOT/ID with state.json, config.json and the socket "start". */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "reference/container.h"

#define ID_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-."

static bool valid_id(const char *id)
{
	size_t n = strlen(id);

	return n > 0 && n <= 255 && strspn(id, ID_CHARS) == n && !streq(id, ".") &&
	       !streq(id, "..");
}

static int make_dirs(const char *path)
{
	_cleanup_free_ char *dir = strdup(path);

	if (!dir)
		return -ENOMEM;
	for (char *p = dir + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(dir, 0755) < 0 && errno != EEXIST)
			return -errno;
		*p = '/';
	}
	return mkdir(dir, 0711) < 0 && errno != EEXIST ? -errno : 0;
}

static int open_dir(struct container *c, bool create, struct fault *f)
{
	_cleanup_close_ int root = open(c->state_root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (!valid_id(c->id))
		return fault_path(f, EINVAL, "not a container id", c->id);
	if (root < 0)
		return fault_path(f, errno, "open the state root", c->state_root);
	if (create && mkdirat(root, c->id, 0700) < 0)
		return fault_path(f, errno, "make the state directory", c->id);
	c->state_fd = openat(root, c->id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (c->state_fd < 0)
		return fault_path(f, errno, "no such container", c->id);
	return 0;
}

static int write_file(int dir, const char *name, const char *text, size_t size)
{
	_cleanup_close_ int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	while (fd >= 0 && size > 0) {
		ssize_t n = write(fd, text, size);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			size -= (size_t)n;
		}
	}
	return fd < 0 ? -errno : 0;
}

int state_create_dir(struct container *c, struct fault *f)
{
	int r = make_dirs(c->state_root);

	if (r < 0)
		return fault_path(f, -r, "make the state root", c->state_root);
	r = open_dir(c, true, f);
	if (r < 0)
		return r;
	r = write_file(c->state_fd, "config.json", c->config, c->config_size);
	if (r < 0) {
		state_remove_dir(c);
		return fault_path(f, -r, "write config.json of the state", c->id);
	}
	return 0;
}

void state_remove_dir(struct container *c)
{
	static const char *const files[] = { "state.json.new", "state.json", "config.json",
					     "start", STATE_JOURNAL, "init" };
	_cleanup_free_ char *dir = NULL;

	if (c->state_fd < 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		unlinkat(c->state_fd, files[i], 0);
	if (asprintf(&dir, "%s/%s", c->state_root, c->id) >= 0)
		rmdir(dir);
}

/* Field 22 of /proc/PID/stat; the command, field 2, may hold anything, so look behind its end. */
unsigned long long process_start_time(pid_t pid)
{
	_cleanup_fclose_ FILE *f = NULL;
	char name[64], line[1024];
	unsigned long long start = 0;
	const char *rest;
	char status;

	snprintf(name, sizeof(name), "/proc/%d/stat", (int)pid);
	f = fopen(name, "re");
	if (!f || !fgets(line, sizeof(line), f))
		return 0;
	rest = strrchr(line, ')');
	if (!rest ||
	    sscanf(rest,
		   ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
		   "%*d %llu",
		   &status, &start) != 2)
		return 0;
	return status == 'Z' || status == 'X' ? 0 : start;
}

static cJSON *strings_to_json(char *const *v, size_t n)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; list && i < n; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(v[i]));
	return list;
}

int state_save(struct container *c, struct fault *f)
{
	_cleanup_json_ cJSON *state = cJSON_CreateObject();
	_cleanup_free_ char *text = NULL;
	char start[32];
	int r;

	snprintf(start, sizeof(start), "%llu", c->start_time);
	cJSON_AddStringToObject(state, "ociVersion", c->spec.oci_version);
	cJSON_AddStringToObject(state, "id", c->id);
	cJSON_AddNumberToObject(state, "pid", c->pid);
	cJSON_AddStringToObject(state, "bundle", c->bundle);
	if (c->spec.annotations)
		cJSON_AddItemToObject(state, "annotations",
				      cJSON_Duplicate(c->spec.annotations, true));
	cJSON_AddStringToObject(state, "startTime", start);
	cJSON_AddItemToObject(state, "leaves",
			      strings_to_json(c->cgroups.leaves, c->cgroups.n_leaves));
	cJSON_AddItemToObject(state, "made", strings_to_json(c->cgroups.made, c->cgroups.n_made));
	text = cJSON_Print(state);
	r = text ? write_file(c->state_fd, "state.json.new", text, strlen(text)) : -ENOMEM;
	if (r == 0 && renameat(c->state_fd, "state.json.new", c->state_fd, "state.json") < 0)
		r = -errno;
	return r < 0 ? fault_path(f, -r, "write the state", c->id) : 0;
}

static const char *member(const cJSON *object, const char *name)
{
	const char *s = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));

	return s ? s : "";
}

static int load_list(const cJSON *state, const char *name, char ***list, size_t *n)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(state, name)) {
		if (cJSON_IsString(item) && cgroups_append(list, n, item->valuestring) < 0)
			return -ENOMEM;
	}
	return 0;
}

int state_note_init(struct container *c, struct fault *f)
{
	char text[64];
	int r;

	c->start_time = process_start_time(c->pid);
	snprintf(text, sizeof(text), "%d %llu\n", (int)c->pid, c->start_time);
	r = write_file(c->state_fd, "init", text, strlen(text));
	return r < 0 ? fault_path(f, -r, "write the state", c->id) : 0;
}

static void load_init(struct container *c)
{
	_cleanup_close_ int fd = openat(c->state_fd, "init", O_RDONLY | O_CLOEXEC);
	char text[64];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	int pid;

	if (n <= 0)
		return;
	text[n] = '\0';
	if (sscanf(text, "%d %llu", &pid, &c->start_time) == 2)
		c->pid = pid;
}

/* What a create that was killed had made, or was about to make. */
static int load_journal(struct container *c)
{
	_cleanup_close_ int fd = openat(c->state_fd, STATE_JOURNAL, O_RDONLY | O_CLOEXEC);
	_cleanup_fclose_ FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	char line[4096];

	if (file)
		fd = -EBADF;
	load_init(c);
	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (cgroups_append(&c->cgroups.made, &c->cgroups.n_made, line) < 0 ||
		    cgroups_append(&c->cgroups.leaves, &c->cgroups.n_leaves, line) < 0)
			return -ENOMEM;
	}
	return 0;
}

int state_load(struct container *c, struct fault *f)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	const cJSON *pid;
	size_t size;
	int r = open_dir(c, false, f);

	if (r < 0)
		return r;
	/* create is under way, or was killed */
	if (faccessat(c->state_fd, "state.json", F_OK, 0) < 0)
		return load_journal(c) < 0 ? fault_path(f, ENOMEM, "read the state", c->id) : 0;
	if (asprintf(&path, "%s/%s/state.json", c->state_root, c->id) < 0)
		return fault_path(f, ENOMEM, "read the state", c->id);
	r = json_read_file(path, &text, &size, f);
	if (r == 0)
		r = json_parse(text, size, &c->state, f);
	if (r < 0)
		return r;
	pid = cJSON_GetObjectItemCaseSensitive(c->state, "pid");
	c->pid = cJSON_IsNumber(pid) ? pid->valueint : 0;
	c->start_time = strtoull(member(c->state, "startTime"), NULL, 10);
	c->bundle = strdup(member(c->state, "bundle"));
	if (!c->bundle ||
	    load_list(c->state, "leaves", &c->cgroups.leaves, &c->cgroups.n_leaves) < 0 ||
	    load_list(c->state, "made", &c->cgroups.made, &c->cgroups.n_made) < 0)
		return fault_path(f, ENOMEM, "read the state", c->id);
	return 0;
}

const char *state_status(const struct container *c)
{
	if (!c->state)
		return "creating";
	if (c->pid <= 0 || !c->start_time || process_start_time(c->pid) != c->start_time)
		return "stopped";
	if (faccessat(c->state_fd, "start", F_OK, 0) == 0)
		return "created";
	return cgroups_frozen(&c->cgroups) ? "paused" : "running";
}

int state_print(const struct container *c, char **ret)
{
	_cleanup_json_ cJSON *out = cJSON_CreateObject();
	const cJSON *annotations = cJSON_GetObjectItemCaseSensitive(c->state, "annotations");
	const char *status = state_status(c);
	bool alive = !streq(status, "creating") && !streq(status, "stopped");

	cJSON_AddStringToObject(out, "ociVersion",
				c->state ? member(c->state, "ociVersion") : "1.0.2");
	cJSON_AddStringToObject(out, "id", c->id);
	cJSON_AddStringToObject(out, "status", status);
	cJSON_AddNumberToObject(out, "pid", alive ? c->pid : 0);
	cJSON_AddStringToObject(out, "bundle", c->bundle ? c->bundle : "");
	if (annotations)
		cJSON_AddItemToObject(out, "annotations", cJSON_Duplicate(annotations, true));
	*ret = cJSON_Print(out);
	return *ret ? 0 : -ENOMEM;
}

/*
 * sun_path holds 108 bytes, less than a path may have, so the name is taken relative to the state
 * directory and the working directory put back.
 */
static int with_start_socket(struct container *c,
			     int (*call)(int, const struct sockaddr *, socklen_t))
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "start" };
	_cleanup_close_ int cwd = open(".", O_PATH | O_CLOEXEC);
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int r;

	if (cwd < 0 || fd < 0 || fchdir(c->state_fd) < 0)
		return -errno;
	r = call(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
	if (fchdir(cwd) < 0 && r == 0)
		r = -errno;
	return r < 0 ? r : TAKE_FD(fd);
}

int state_listen(struct container *c, struct fault *f)
{
	c->listen_fd = with_start_socket(c, bind);
	if (c->listen_fd < 0)
		return fault_path(f, -c->listen_fd, "bind the start socket", c->id);
	if (listen(c->listen_fd, 1) < 0)
		return fault_path(f, errno, "listen on the start socket", c->id);
	return 0;
}

int state_connect(struct container *c, struct fault *f)
{
	c->start_fd = with_start_socket(c, connect);
	if (c->start_fd < 0)
		return fault_path(f, -c->start_fd, "connect to the container's init", c->id);
	return 0;
}
