/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/judge/offers.h"

/* What has run a process is offered, whatever it answered. */
static bool has_run(const struct view *v, const char *phase)
{
	size_t i;

	for (i = 0; i < v->facts->n_rows; i++)
		if (streq(v->facts->rows[i].phase, phase) &&
		    row_from(&v->facts->rows[i], "probe", v->container->name))
			return true;
	return false;
}

bool exec_joined(const struct view *v, const char *phase, struct finding *f)
{
	const char *name = v->container->name, *without = facts_header(v->facts, "exec");
	const struct row *r = find_row(v->facts, "driver", name, phase, OP_OFFERED, "exec");
	const struct row *said = find_row(v->facts, "driver", name, phase, OP_EXIT, "exec");

	if (!r || !streq(r->result, "not-offered") || has_run(v, phase))
		return true;
	if (streq(without, "not-offered"))
		found(f, VERDICT_SKIP, "exec is not offered");
	else if (streq(without, "ok"))
		found(f, VERDICT_BROKEN,
		      "exec works without lists, but not in container %s: %.200s", name,
		      said ? said->value : "");
	else
		found(f, VERDICT_BROKEN, "whether exec works without lists is not known");
	return false;
}

bool step_done(const struct view *v, const char *phase, const char *command, struct finding *f)
{
	const char *name = v->container->name;
	const struct row *r = find_row(v->facts, "driver", name, phase, OP_OFFERED, command);
	const struct row *plain = find_row(v->facts, "driver", "plain", phase, OP_OFFERED, command);

	if (r && streq(r->result, "ok"))
		return true;
	if (r && streq(r->result, "not-offered") && plain && streq(plain->result, "not-offered"))
		found(f, VERDICT_SKIP, "%s is not offered", command);
	else
		found(f, VERDICT_BROKEN, "%s of container %s answered %s, without lists %s",
		      command, name, r ? r->result : "nothing", plain ? plain->result : "nothing");
	return false;
}
