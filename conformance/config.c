/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The config.json that a container of a fixture gets: what the engines hand out, reduced to what
 * masking needs, so that any runtime can take it. Fields of the fixture's container (fields.c has
 * the type of each):
 *   userns true or "many", "one", false (else as the run says), sysfs true, sysadmin true,
 *   readonlyRoot true, mounts [OCI mounts, added], without "/proc /dev" (mounts that are else
 *   always there), hostPid true (no PID namespace), cwd, root (a folder of the tree that is
 *   the root in place of all of it), rootfsPropagation, args, maskedPaths and readonlyPaths (any
 *   JSON), maskedPathsText, hooks (OCI's object), rlimits (OCI's array), joinMounts true (a mount
 *   namespace that the driver has made); not part of it: stateRoot, see case.h
 * observe replaces @IO@, @ROOTFS@, @ID@, @MNTNS@ and @SHARED@, a directory of the host's for all
 * containers of a case.
 */
#include "conformance/fixture.h"

#include <cjson/cJSON.h>

#include "conformance/probe/probe.h"

/* What a user namespace maps; the ordinary user of a rootless run has no id but its own. */
#define USERNS_BASE 200000
#define USERNS_SIZE 65536

const char *const userns_names[USERNS_KINDS] = { "none", "many", "one", "rootless" };

/* What moby, containerd and podman agree on, the default of every engine. */
static const char *const capabilities[] = {
	"CAP_AUDIT_WRITE", "CAP_CHOWN",	  "CAP_DAC_OVERRIDE",	  "CAP_FOWNER",	    "CAP_FSETID",
	"CAP_KILL",	   "CAP_MKNOD",	  "CAP_NET_BIND_SERVICE", "CAP_NET_RAW",    "CAP_SETFCAP",
	"CAP_SETGID",	   "CAP_SETPCAP", "CAP_SETUID",		  "CAP_SYS_CHROOT",
};
static const char *const more_capabilities[] = { "CAP_SYS_ADMIN", "CAP_DAC_READ_SEARCH" };

static bool is_set(const cJSON *o, const char *name)
{
	return cJSON_IsTrue(json_field(o, name));
}

static cJSON *capability_set(bool admin)
{
	cJSON *a = cJSON_CreateArray();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(capabilities); i++)
		cJSON_AddItemToArray(a, cJSON_CreateString(capabilities[i]));
	for (i = 0; admin && i < ARRAY_SIZE(more_capabilities); i++)
		cJSON_AddItemToArray(a, cJSON_CreateString(more_capabilities[i]));
	return a;
}

static void add_capabilities(cJSON *process, bool admin)
{
	static const char *const sets[] = { "bounding", "effective", "permitted" };
	cJSON *c = cJSON_AddObjectToObject(process, "capabilities");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sets); i++)
		cJSON_AddItemToObject(c, sets[i], capability_set(admin));
}

static cJSON *args(const cJSON *container, const char *name)
{
	const char *const probe[] = { PROBE_BINARY, "probe", name };

	if (json_field(container, "args"))
		return cJSON_Duplicate(json_field(container, "args"), true);
	return cJSON_CreateStringArray(probe, ARRAY_SIZE(probe));
}

static cJSON *process(const cJSON *container, const char *name)
{
	static const char *const env[] = { "PATH=/bin" };
	cJSON *p = cJSON_CreateObject();
	cJSON *user = cJSON_AddObjectToObject(p, "user");

	cJSON_AddNumberToObject(user, "uid", 0);
	cJSON_AddNumberToObject(user, "gid", 0);
	cJSON_AddItemToObject(p, "args", args(container, name));
	cJSON_AddItemToObject(p, "env", cJSON_CreateStringArray(env, ARRAY_SIZE(env)));
	cJSON_AddStringToObject(p, "cwd", json_string(container, "cwd", "/"));
	add_capabilities(p, is_set(container, "sysadmin"));
	if (json_field(container, "rlimits"))
		cJSON_AddItemToObject(p, "rlimits",
				      cJSON_Duplicate(json_field(container, "rlimits"), true));
	return p;
}

static void replace(cJSON *object, const char *name, cJSON *value)
{
	if (value)
		cJSON_ReplaceItemInObjectCaseSensitive(object, name, value);
}

/* The probe is told which phase it is in: it looks, and no more. */
static cJSON *exec_args(const cJSON *step, const char *name)
{
	const cJSON *phase = json_field(step, "name");
	const char *const probe[] = { PROBE_BINARY, "probe", name, phase->valuestring };

	if (json_field(step, "args"))
		return cJSON_Duplicate(json_field(step, "args"), true);
	return cJSON_CreateStringArray(probe, ARRAY_SIZE(probe));
}

char *exec_text(const cJSON *container, const char *name, const cJSON *step)
{
	cJSON *p = process(container, name), *user = cJSON_GetObjectItem(p, "user");
	const char *caps = cJSON_GetStringValue(json_field(step, "capabilities"));
	char *text;

	replace(p, "args", exec_args(step, name));
	replace(p, "cwd", cJSON_Duplicate(json_field(step, "cwd"), true));
	replace(user, "uid", cJSON_Duplicate(json_field(step, "uid"), true));
	replace(user, "gid", cJSON_Duplicate(json_field(step, "uid"), true));
	cJSON_DeleteItemFromObject(p, "capabilities");
	if (!caps || !streq(caps, "none"))
		add_capabilities(p, caps && streq(caps, "admin"));
	else
		cJSON_AddObjectToObject(p, "capabilities");
	text = cJSON_PrintUnformatted(p);
	cJSON_Delete(p);
	return text;
}

static void add_mount(cJSON *mounts, const char *destination, const char *type, const char *source,
		      const char *options)
{
	cJSON *m = cJSON_CreateObject(), *o;
	_cleanup_free_ char *copy = xstrdup(options);
	char *state = NULL, *word;

	cJSON_AddStringToObject(m, "destination", destination);
	cJSON_AddStringToObject(m, "type", type);
	cJSON_AddStringToObject(m, "source", source);
	o = cJSON_AddArrayToObject(m, "options");
	for (word = strtok_r(copy, ",", &state); word; word = strtok_r(NULL, ",", &state))
		cJSON_AddItemToArray(o, cJSON_CreateString(word));
	cJSON_AddItemToArray(mounts, m);
}

static void add_mounts(cJSON *config, const cJSON *container)
{
	cJSON *mounts = cJSON_AddArrayToObject(config, "mounts");
	const char *without = json_string(container, "without", "");
	const cJSON *m;

	if (!has_word(without, "/proc"))
		add_mount(mounts, "/proc", "proc", "proc", "nosuid,noexec,nodev");
	if (!has_word(without, "/dev"))
		add_mount(mounts, "/dev", "tmpfs", "tmpfs",
			  "nosuid,strictatime,mode=755,size=65536k");
	if (is_set(container, "sysfs"))
		add_mount(mounts, "/sys", "sysfs", "sysfs", "nosuid,noexec,nodev,ro");
	cJSON_ArrayForEach (m, json_field(container, "mounts"))
		cJSON_AddItemToArray(mounts, cJSON_Duplicate(m, true));
	add_mount(mounts, PROBE_DIR, "bind", "@IO@", "bind,rw");
}

int userns_asked(const cJSON *container, enum userns_kind *ret)
{
	const cJSON *asked = json_field(container, "userns");
	const char *word = cJSON_IsString(asked) ? asked->valuestring : "";

	if (cJSON_IsTrue(asked) || streq(word, "many"))
		*ret = USERNS_MANY;
	else if (streq(word, "one"))
		*ret = USERNS_ONE;
	else if (cJSON_IsFalse(asked))
		*ret = USERNS_NONE;
	else if (asked)
		return -EINVAL;
	return 0;
}

/* Without root there is no choice. */
static enum userns_kind userns_of(const cJSON *container, const struct users *users)
{
	enum userns_kind kind = users->userns;

	if (kind != USERNS_ROOTLESS)
		userns_asked(container, &kind);
	return kind;
}

static void add_mapping(cJSON *linux_, const char *name, enum userns_kind kind, unsigned int own)
{
	cJSON *m = cJSON_CreateObject();

	cJSON_AddNumberToObject(m, "containerID", 0);
	cJSON_AddNumberToObject(m, "hostID", kind == USERNS_ROOTLESS ? own : USERNS_BASE);
	cJSON_AddNumberToObject(m, "size", kind == USERNS_MANY ? USERNS_SIZE : 1);
	cJSON_AddItemToArray(cJSON_AddArrayToObject(linux_, name), m);
}

/*
 * A sysfs is of the network namespace that it is mounted in, and only its owner mounts one. All
 * others share the run's, because making one takes longer than any other namespace.
 */
static bool needs_network(const cJSON *container, bool userns)
{
	return userns || is_set(container, "sysfs");
}

static void add_namespaces(cJSON *linux_, const cJSON *container, bool userns)
{
	static const char *const types[] = { "pid", "ipc", "uts", "mount", "network", "user" };
	cJSON *a = cJSON_AddArrayToObject(linux_, "namespaces");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		cJSON *n;

		if ((!userns && streq(types[i], "user")) ||
		    (!needs_network(container, userns) && streq(types[i], "network")) ||
		    (is_set(container, "hostPid") && streq(types[i], "pid")))
			continue;
		n = cJSON_CreateObject();
		cJSON_AddStringToObject(n, "type", types[i]);
		if (is_set(container, "joinMounts") && streq(types[i], "mount"))
			cJSON_AddStringToObject(n, "path", "@MNTNS@");
		cJSON_AddItemToArray(a, n);
	}
}

/* In the order in which the fixture names them: that must not matter to a runtime. */
static void add_lists(cJSON *linux_, const cJSON *container)
{
	const cJSON *list;

	cJSON_ArrayForEach (list, container)
		if (streq(list->string, "maskedPaths") || streq(list->string, "readonlyPaths"))
			cJSON_AddItemToObject(linux_, list->string,
					      cJSON_IsArray(list) ? expand_repeats(list)
								  : cJSON_Duplicate(list, true));
}

static void add_linux(cJSON *config, const cJSON *container, const struct users *users)
{
	enum userns_kind kind = userns_of(container, users);
	cJSON *l = cJSON_AddObjectToObject(config, "linux");
	const cJSON *propagation = json_field(container, "rootfsPropagation");

	if (kind != USERNS_NONE) {
		add_mapping(l, "uidMappings", kind, users->uid);
		add_mapping(l, "gidMappings", kind, users->gid);
	}
	add_namespaces(l, container, kind != USERNS_NONE);
	/* An ordinary user can't write to the cgroups that a path would name. */
	if (kind != USERNS_ROOTLESS)
		cJSON_AddStringToObject(l, "cgroupsPath", "/@ID@");
	if (propagation)
		cJSON_AddItemToObject(l, "rootfsPropagation", cJSON_Duplicate(propagation, true));
	add_lists(l, container);
	if (json_field(container, "maskedPathsText"))
		cJSON_AddStringToObject(l, "maskedPaths", "@TEXT@");
}

/* @masked_text is put in as it stands: what no JSON writer would write (NUL, a key twice). */
char *config_text(const cJSON *container, const char *name, const char *masked_text,
		  const struct users *users)
{
	cJSON *config = cJSON_CreateObject(), *root;
	_cleanup_free_ char *path = NULL;
	char *text, *at;

	cJSON_AddStringToObject(config, "ociVersion", "1.0.2");
	cJSON_AddItemToObject(config, "process", process(container, name));
	root = cJSON_AddObjectToObject(config, "root");
	path = xasprintf("rootfs%s", json_string(container, "root", ""));
	cJSON_AddStringToObject(root, "path", path);
	cJSON_AddBoolToObject(root, "readonly", is_set(container, "readonlyRoot"));
	cJSON_AddStringToObject(config, "hostname", "maskspec");
	add_mounts(config, container);
	if (json_field(container, "hooks"))
		cJSON_AddItemToObject(config, "hooks",
				      cJSON_Duplicate(json_field(container, "hooks"), true));
	add_linux(config, container, users);
	text = cJSON_PrintUnformatted(config);
	cJSON_Delete(config);
	at = text ? strstr(text, "\"@TEXT@\"") : NULL;
	if (at && masked_text) {
		char *whole = xasprintf("%.*s%s%s", (int)(at - text), text, masked_text,
					at + strlen("\"@TEXT@\""));

		free(text);
		text = whole;
	}
	return text;
}
