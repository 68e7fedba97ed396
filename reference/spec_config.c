/* SPDX-License-Identifier: Apache-2.0 */
#include <sched.h>
#include <sys/mount.h>

#include "reference/spec_config.h"
#include "reference/sys.h"

static int read_version(struct reader *r, const cJSON *item, void *out)
{
	int ret = read_string(r, item, out);

	if (ret < 0)
		return ret;
	return strip_prefix(item->valuestring, "1.") ? 0 : reader_refuse(r, "not version 1");
}

static int read_annotations(struct reader *r, const cJSON *item, void *out)
{
	if (!cJSON_IsObject(item))
		return reader_refuse(r, "not an object");
	for (const cJSON *c = item->child; c; c = c->next)
		if (!cJSON_IsString(c))
			return reader_refuse(r, "not an object of strings");
	*(const cJSON **)out = item;
	return 0;
}

struct spec_root {
	const char *path;
	bool readonly;
};

static const struct field root_fields[] = {
	{ "path", read_string, offsetof(struct spec_root, path), true },
	{ "readonly", read_bool, offsetof(struct spec_root, readonly), false },
	{ 0 },
};

static int read_root(struct reader *r, const cJSON *item, void *out)
{
	struct spec *spec = out;
	struct spec_root root = { 0 };
	int ret = read_object(r, item, root_fields, &root);

	spec->root_path = root.path;
	spec->root_readonly = root.readonly;
	return ret;
}

static const struct field mount_fields[] = {
	{ "destination", read_absolute, offsetof(struct spec_mount, destination), true },
	{ "type", read_string, offsetof(struct spec_mount, type), false },
	{ "source", read_string, offsetof(struct spec_mount, source), false },
	{ "options", read_strings, offsetof(struct spec_mount, options), false },
	{ "uidMappings", read_empty, 0, false },
	{ "gidMappings", read_empty, 0, false },
	{ 0 },
};

static int check_mount(struct reader *r, struct spec_mount *m)
{
	static const char *const types[] = { "proc",   "sysfs",	 "tmpfs", "devpts",
					     "mqueue", "cgroup", "bind",  "overlay" };
	int ret = spec_mount_options(r, m);

	if (ret < 0)
		return ret;
	if (m->bind)
		return m->source ? 0 : reader_refuse(r, "a bind mount without source");
	for (size_t i = 0; m->type && i < ARRAY_SIZE(types); i++)
		if (streq(m->type, types[i]))
			return 0;
	return reader_refuse(r, "mount type not supported");
}

static int read_mounts(struct reader *r, const cJSON *item, void *out)
{
	struct spec *spec = out;
	int ret = read_list(r, item, mount_fields, sizeof(*spec->mounts), (void **)&spec->mounts,
			    &spec->n_mounts);

	for (size_t i = 0; ret == 0 && i < spec->n_mounts; i++) {
		size_t mark = reader_enter_index(r, (int)i);

		ret = check_mount(r, &spec->mounts[i]);
		if (ret == 0)
			reader_leave(r, mark);
	}
	return ret;
}

static const struct {
	const char *type;
	int flag;
} namespace_types[] = {
	{ "pid", CLONE_NEWPID },	  { "network", CLONE_NEWNET }, { "mount", CLONE_NEWNS },
	{ "ipc", CLONE_NEWIPC },	  { "uts", CLONE_NEWUTS },     { "user", CLONE_NEWUSER },
	{ "cgroup", MS_CLONE_NEWCGROUP },
};

static int read_namespace_type(struct reader *r, const cJSON *item, void *out)
{
	struct spec_namespace *ns = out;
	int ret = read_string(r, item, &ns->type);

	if (ret < 0)
		return ret;
	for (size_t i = 0; i < ARRAY_SIZE(namespace_types); i++) {
		if (streq(namespace_types[i].type, ns->type)) {
			ns->flag = namespace_types[i].flag;
			return 0;
		}
	}
	return reader_refuse(r, "namespace type not supported");
}

static const struct field namespace_fields[] = {
	{ "type", read_namespace_type, 0, true },
	{ "path", read_absolute, offsetof(struct spec_namespace, path), false },
	{ 0 },
};

static int read_namespaces(struct reader *r, const cJSON *item, void *out)
{
	struct spec *spec = out;
	int seen = 0;
	int ret = read_list(r, item, namespace_fields, sizeof(*spec->namespaces),
			    (void **)&spec->namespaces, &spec->n_namespaces);

	if (ret < 0)
		return ret;
	for (size_t i = 0; i < spec->n_namespaces; i++) {
		if (seen & spec->namespaces[i].flag)
			return reader_refuse(r, "a type is given twice");
		seen |= spec->namespaces[i].flag;
	}
	return 0;
}

static const struct field map_fields[] = {
	{ "containerID", read_u32, offsetof(struct spec_id_map, container), true },
	{ "hostID", read_u32, offsetof(struct spec_id_map, host), true },
	{ "size", read_u32, offsetof(struct spec_id_map, size), true },
	{ 0 },
};

static int read_uid_maps(struct reader *r, const cJSON *item, void *out)
{
	struct spec *spec = out;

	return read_list(r, item, map_fields, sizeof(*spec->uid_maps), (void **)&spec->uid_maps,
			 &spec->n_uid_maps);
}

static int read_gid_maps(struct reader *r, const cJSON *item, void *out)
{
	struct spec *spec = out;

	return read_list(r, item, map_fields, sizeof(*spec->gid_maps), (void **)&spec->gid_maps,
			 &spec->n_gid_maps);
}

static int read_device_type(struct reader *r, const cJSON *item, void *out)
{
	int ret = read_string(r, item, out);

	if (ret < 0)
		return ret;
	if (strlen(item->valuestring) != 1 || !strchr("bcup", *item->valuestring))
		return reader_refuse(r, "not one of b, c, u, p");
	return 0;
}

/* Zero stands for "not given": a device without any permission is of no use to anybody. */
static const struct field device_fields[] = {
	{ "type", read_device_type, offsetof(struct spec_device, type), true },
	{ "path", read_absolute, offsetof(struct spec_device, path), true },
	{ "major", read_i64, offsetof(struct spec_device, major), false },
	{ "minor", read_i64, offsetof(struct spec_device, minor), false },
	{ "fileMode", read_i64, offsetof(struct spec_device, mode), false },
	{ "uid", read_u32, offsetof(struct spec_device, uid), false },
	{ "gid", read_u32, offsetof(struct spec_device, gid), false },
	{ 0 },
};

static int read_devices(struct reader *r, const cJSON *item, void *out)
{
	struct spec *spec = out;

	return read_list(r, item, device_fields, sizeof(*spec->devices), (void **)&spec->devices,
			 &spec->n_devices);
}

static int read_propagation(struct reader *r, const cJSON *item, void *out)
{
	const char *word = NULL;
	int ret = read_string(r, item, &word);

	if (ret < 0)
		return ret;
	return spec_propagation(word, out) < 0 ? reader_refuse(r, "not a propagation") : 0;
}

static const struct field linux_fields[] = {
	{ "namespaces", read_namespaces, 0, false },
	{ "uidMappings", read_uid_maps, 0, false },
	{ "gidMappings", read_gid_maps, 0, false },
	{ "devices", read_devices, 0, false },
	{ "cgroupsPath", read_string, offsetof(struct spec, cgroups_path), false },
	{ "rootfsPropagation", read_propagation, offsetof(struct spec, root_propagation), false },
	{ "maskedPaths", read_absolute_list, offsetof(struct spec, masked_paths), false },
	{ "readonlyPaths", read_absolute_list, offsetof(struct spec, readonly_paths), false },
	{ "mountLabel", read_string, offsetof(struct spec, mount_label), false },
	{ "resources", read_empty, 0, false },
	{ "sysctl", read_empty, 0, false },
	{ "seccomp", read_empty, 0, false },
	{ "intelRdt", read_empty, 0, false },
	{ "personality", read_empty, 0, false },
	{ "timeOffsets", read_empty, 0, false },
	{ "memoryPolicy", read_empty, 0, false },
	{ "netDevices", read_empty, 0, false },
	{ 0 },
};

static int read_linux(struct reader *r, const cJSON *item, void *out)
{
	return read_object(r, item, linux_fields, out);
}

static int read_timeout(struct reader *r, const cJSON *item, void *out)
{
	int ret = read_i64(r, item, out);

	if (ret < 0)
		return ret;
	return *(int64_t *)out > 0 && *(int64_t *)out <= 86400
		       ? 0
		       : reader_refuse(r, "not a number of seconds from 1 to 86400");
}

static const struct field hook_fields[] = {
	{ "path", read_absolute, offsetof(struct spec_hook, path), true },
	{ "args", read_strings, offsetof(struct spec_hook, args), false },
	{ "env", read_strings, offsetof(struct spec_hook, env), false },
	{ "timeout", read_timeout, offsetof(struct spec_hook, timeout), false },
	{ 0 },
};

static int read_hooks(struct reader *r, const cJSON *item, void *out)
{
	struct spec_hooks *hooks = out;

	hooks->kind = item->string;
	return read_list(r, item, hook_fields, sizeof(*hooks->v), (void **)&hooks->v, &hooks->n);
}

static const struct field hooks_fields[] = {
	{ "createContainer", read_hooks, offsetof(struct spec, hooks_create), false },
	{ "startContainer", read_hooks, offsetof(struct spec, hooks_start), false },
	{ "prestart", read_empty, 0, false },
	{ "createRuntime", read_empty, 0, false },
	{ "poststart", read_empty, 0, false },
	{ "poststop", read_empty, 0, false },
	{ 0 },
};

static int read_all_hooks(struct reader *r, const cJSON *item, void *out)
{
	return read_object(r, item, hooks_fields, out);
}

static const struct field spec_fields[] = {
	{ "ociVersion", read_version, offsetof(struct spec, oci_version), true },
	{ "process", read_process, offsetof(struct spec, process), true },
	{ "root", read_root, 0, true },
	{ "hostname", read_string, offsetof(struct spec, hostname), false },
	{ "domainname", read_string, offsetof(struct spec, domainname), false },
	{ "mounts", read_mounts, 0, false },
	{ "hooks", read_all_hooks, 0, false },
	{ "annotations", read_annotations, offsetof(struct spec, annotations), false },
	{ "linux", read_linux, 0, false },
	{ 0 },
};

const struct spec_namespace *spec_namespace(const struct spec *spec, int flag)
{
	for (size_t i = 0; i < spec->n_namespaces; i++)
		if (spec->namespaces[i].flag == flag)
			return &spec->namespaces[i];
	return NULL;
}

static int refuse_root_mask(struct reader *r, const struct spec *spec)
{
	for (size_t i = 0; i < spec->masked_paths.n; i++) {
		const char *path = spec->masked_paths.v[i];

		if (path[strspn(path, "/")] == '\0')
			return fault_set(r->fault, EINVAL,
					 "linux.maskedPaths[%zu]: '%s': the root "
					 "of the container cannot be masked",
					 i, path);
	}
	return 0;
}

/* What no single field can tell. */
static int check_spec(struct reader *r, const struct spec *spec)
{
	const struct spec_namespace *user = spec_namespace(spec, CLONE_NEWUSER);

	if (!spec_namespace(spec, CLONE_NEWNS))
		return fault_set(r->fault, EINVAL,
				 "linux.namespaces: no mount namespace: mounts, "
				 "masks and read-only paths would be the host's");
	if (user && !user->path && (!spec->n_uid_maps || !spec->n_gid_maps))
		return fault_set(r->fault, EINVAL,
				 "linux.uidMappings, gidMappings: missing for "
				 "the user namespace");
	if ((!user || user->path) && (spec->n_uid_maps || spec->n_gid_maps))
		return fault_set(r->fault, EINVAL,
				 "linux.uidMappings, gidMappings: without a new "
				 "user namespace");
	if (!spec_namespace(spec, CLONE_NEWUTS) && (spec->hostname || spec->domainname))
		return fault_set(r->fault, EINVAL, "hostname: without a UTS namespace");
	return refuse_root_mask(r, spec);
}

int spec_parse(const char *text, size_t size, struct spec *ret, struct fault *f)
{
	struct reader r = { .fault = f };
	int err;

	*ret = (struct spec){ 0 };
	err = json_parse(text, size, &ret->tree, f);
	if (err == 0)
		err = read_object(&r, ret->tree, spec_fields, ret);
	return err < 0 ? err : check_spec(&r, ret);
}

int spec_parse_process(const char *text, size_t size, struct spec *ret, struct fault *f)
{
	struct reader r = { .fault = f };
	int err;

	*ret = (struct spec){ 0 };
	err = json_parse(text, size, &ret->tree, f);
	return err < 0 ? err : read_process(&r, ret->tree, &ret->process);
}

static void hooks_done(struct spec_hooks *hooks)
{
	for (size_t i = 0; i < hooks->n; i++) {
		free(hooks->v[i].args.v);
		free(hooks->v[i].env.v);
	}
	free(hooks->v);
}

void spec_done(struct spec *spec)
{
	for (size_t i = 0; i < spec->n_mounts; i++) {
		free(spec->mounts[i].options.v);
		free(spec->mounts[i].data);
	}
	free(spec->mounts);
	hooks_done(&spec->hooks_create);
	hooks_done(&spec->hooks_start);
	spec_process_done(&spec->process);
	free(spec->namespaces);
	free(spec->uid_maps);
	free(spec->gid_maps);
	free(spec->devices);
	free(spec->masked_paths.v);
	free(spec->readonly_paths.v);
	cJSON_Delete(spec->tree);
}
