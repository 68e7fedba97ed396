/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/resource.h>

#include "reference/spec_config.h"

/* By number, <linux/capability.h>; the last three came with 5.8, 5.8 and 5.9. */
static const char *const capability_names[] = {
	"CAP_CHOWN",
	"CAP_DAC_OVERRIDE",
	"CAP_DAC_READ_SEARCH",
	"CAP_FOWNER",
	"CAP_FSETID",
	"CAP_KILL",
	"CAP_SETGID",
	"CAP_SETUID",
	"CAP_SETPCAP",
	"CAP_LINUX_IMMUTABLE",
	"CAP_NET_BIND_SERVICE",
	"CAP_NET_BROADCAST",
	"CAP_NET_ADMIN",
	"CAP_NET_RAW",
	"CAP_IPC_LOCK",
	"CAP_IPC_OWNER",
	"CAP_SYS_MODULE",
	"CAP_SYS_RAWIO",
	"CAP_SYS_CHROOT",
	"CAP_SYS_PTRACE",
	"CAP_SYS_PACCT",
	"CAP_SYS_ADMIN",
	"CAP_SYS_BOOT",
	"CAP_SYS_NICE",
	"CAP_SYS_RESOURCE",
	"CAP_SYS_TIME",
	"CAP_SYS_TTY_CONFIG",
	"CAP_MKNOD",
	"CAP_LEASE",
	"CAP_AUDIT_WRITE",
	"CAP_AUDIT_CONTROL",
	"CAP_SETFCAP",
	"CAP_MAC_OVERRIDE",
	"CAP_MAC_ADMIN",
	"CAP_SYSLOG",
	"CAP_WAKE_ALARM",
	"CAP_BLOCK_SUSPEND",
	"CAP_AUDIT_READ",
	"CAP_PERFMON",
	"CAP_BPF",
	"CAP_CHECKPOINT_RESTORE",
};

static int capability(struct reader *r, const char *name, uint64_t *set)
{
	for (size_t i = 0; i < ARRAY_SIZE(capability_names); i++) {
		if (streq(capability_names[i], name)) {
			*set |= UINT64_C(1) << i;
			return 0;
		}
	}
	return reader_refuse(r, "unknown capability");
}

static int read_capability_set(struct reader *r, const cJSON *item, void *out)
{
	struct strings names = { 0 };
	int ret = read_strings(r, item, &names);

	for (size_t i = 0; ret == 0 && i < names.n; i++)
		ret = capability(r, names.v[i], out);
	free(names.v);
	return ret;
}

static const struct field capability_fields[] = {
	{ "bounding", read_capability_set, CAP_BOUNDING * sizeof(uint64_t), false },
	{ "effective", read_capability_set, CAP_EFFECTIVE * sizeof(uint64_t), false },
	{ "inheritable", read_capability_set, CAP_INHERITABLE * sizeof(uint64_t), false },
	{ "permitted", read_capability_set, CAP_PERMITTED * sizeof(uint64_t), false },
	{ "ambient", read_capability_set, CAP_AMBIENT * sizeof(uint64_t), false },
	{ 0 },
};

static int read_capabilities(struct reader *r, const cJSON *item, void *out)
{
	return read_object(r, item, capability_fields, out);
}

static int read_groups(struct reader *r, const cJSON *item, void *out)
{
	struct spec_user *user = out;
	int i = 0;

	if (!cJSON_IsArray(item))
		return reader_refuse(r, "not a list");
	user->groups = calloc((size_t)cJSON_GetArraySize(item) + 1, sizeof(*user->groups));
	if (!user->groups)
		return reader_refuse(r, "out of memory");
	for (const cJSON *c = item->child; c; c = c->next) {
		size_t mark = reader_enter_index(r, i++);
		int ret = read_u32(r, c, &user->groups[user->n_groups]);

		if (ret < 0)
			return ret;
		user->n_groups++;
		reader_leave(r, mark);
	}
	return 0;
}

static const struct field user_fields[] = {
	{ "uid", read_u32, offsetof(struct spec_user, uid), false },
	{ "gid", read_u32, offsetof(struct spec_user, gid), false },
	{ "umask", read_i64, offsetof(struct spec_user, umask), false },
	{ "additionalGids", read_groups, 0, false },
	{ 0 },
};

static int read_user(struct reader *r, const cJSON *item, void *out)
{
	return read_object(r, item, user_fields, out);
}

static const struct {
	const char *name;
	int resource;
} rlimit_names[] = {
	{ "RLIMIT_AS", RLIMIT_AS },
	{ "RLIMIT_CORE", RLIMIT_CORE },
	{ "RLIMIT_CPU", RLIMIT_CPU },
	{ "RLIMIT_DATA", RLIMIT_DATA },
	{ "RLIMIT_FSIZE", RLIMIT_FSIZE },
	{ "RLIMIT_LOCKS", RLIMIT_LOCKS },
	{ "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK },
	{ "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE },
	{ "RLIMIT_NICE", RLIMIT_NICE },
	{ "RLIMIT_NOFILE", RLIMIT_NOFILE },
	{ "RLIMIT_NPROC", RLIMIT_NPROC },
	{ "RLIMIT_RSS", RLIMIT_RSS },
	{ "RLIMIT_RTPRIO", RLIMIT_RTPRIO },
	{ "RLIMIT_RTTIME", RLIMIT_RTTIME },
	{ "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING },
	{ "RLIMIT_STACK", RLIMIT_STACK },
};

static int read_rlimit_type(struct reader *r, const cJSON *item, void *out)
{
	struct spec_rlimit *limit = out;
	int ret = read_string(r, item, &limit->type);

	if (ret < 0)
		return ret;
	for (size_t i = 0; i < ARRAY_SIZE(rlimit_names); i++) {
		if (streq(rlimit_names[i].name, limit->type)) {
			limit->resource = rlimit_names[i].resource;
			return 0;
		}
	}
	return reader_refuse(r, "unknown limit");
}

/* 2^64-1, infinity, isn't exact as a double: everything from 2^53 on means "no limit". */
static int read_limit(struct reader *r, const cJSON *item, void *out)
{
	if (cJSON_IsNumber(item) && item->valuedouble >= 9007199254740992.0) {
		*(int64_t *)out = INT64_MAX;
		return 0;
	}
	return read_i64(r, item, out);
}

static const struct field rlimit_fields[] = {
	{ "type", read_rlimit_type, 0, true },
	{ "soft", read_limit, offsetof(struct spec_rlimit, soft), true },
	{ "hard", read_limit, offsetof(struct spec_rlimit, hard), true },
	{ 0 },
};

static int read_rlimits(struct reader *r, const cJSON *item, void *out)
{
	struct spec_process *p = out;

	return read_list(r, item, rlimit_fields, sizeof(*p->rlimits), (void **)&p->rlimits,
			 &p->n_rlimits);
}

static int read_terminal(struct reader *r, const cJSON *item, void *out)
{
	int ret = read_bool(r, item, out);

	return ret == 0 && *(bool *)out ? reader_refuse(r, "not supported") : ret;
}

static int read_oom_score_adj(struct reader *r, const cJSON *item, void *out)
{
	struct spec_process *p = out;

	p->has_oom_score_adj = true;
	return read_i64(r, item, &p->oom_score_adj);
}

static int read_args(struct reader *r, const cJSON *item, void *out)
{
	struct strings *args = out;
	int ret = read_strings(r, item, args);

	return ret == 0 && args->n == 0 ? reader_refuse(r, "empty") : ret;
}

#define AT(member) offsetof(struct spec_process, member)
static const struct field process_fields[] = {
	{ "terminal", read_terminal, AT(terminal), false },
	{ "consoleSize", read_ignored, 0, false },
	{ "user", read_user, AT(user), false },
	{ "args", read_args, AT(args), true },
	{ "env", read_strings, AT(env), false },
	{ "cwd", read_absolute, AT(cwd), true },
	{ "capabilities", read_capabilities, AT(caps), false },
	{ "rlimits", read_rlimits, 0, false },
	{ "noNewPrivileges", read_bool, AT(no_new_privileges), false },
	{ "oomScoreAdj", read_oom_score_adj, 0, false },
	{ "apparmorProfile", read_empty, 0, false },
	{ "selinuxLabel", read_empty, 0, false },
	{ "ioPriority", read_empty, 0, false },
	{ "scheduler", read_empty, 0, false },
	{ "execCPUAffinity", read_empty, 0, false },
	{ 0 },
};

int read_process(struct reader *r, const cJSON *item, void *out)
{
	struct spec_process *p = out;

	p->present = true;
	p->user.umask = -1;
	return read_object(r, item, process_fields, p);
}

void spec_process_done(struct spec_process *p)
{
	free(p->user.groups);
	free(p->args.v);
	free(p->env.v);
	free(p->rlimits);
}
