/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/judge/host.h"
#include "conformance/judge/snapshot.h"

/* What observe mounts on the host while the container lives (subject.c). */
#define WITNESS "/witness"

static bool has_witness(const struct snapshot *s, const struct snapshot *before)
{
	const struct mount *m;
	size_t at = 0;

	while ((m = snapshot_next_new(s, before, &at)))
		if (strstr(m->info.point, WITNESS))
			return true;
	return false;
}

/* 0, or -ENOENT with the finding made: the tables before and in @phase, and the witness seen. */
static int host_tables(const struct view *v, const char *phase, struct snapshot *before,
		       struct snapshot *now, struct finding *f)
{
	_cleanup_snapshot_ struct snapshot created = { 0 };
	const char *name = v->container->name;

	if (snapshot_read(v->facts, "driver", name, "before", "host", before) < 0 ||
	    snapshot_read(v->facts, "driver", name, "create", "host", &created) < 0 ||
	    snapshot_read(v->facts, "driver", name, phase, "host", now) < 0) {
		found(f, VERDICT_BROKEN, "no mount table of the host");
		return -ENOENT;
	}
	if (!has_witness(&created, before)) {
		found(f, VERDICT_BROKEN, "dull control: a new mount on the host is not seen");
		return -ENOENT;
	}
	return 0;
}

void check_no_new_mount(const struct view *v, const char *phase, const char *below,
			struct finding *f)
{
	_cleanup_snapshot_ struct snapshot before = { 0 }, now = { 0 };
	const struct mount *m;
	size_t at = 0;

	if (host_tables(v, phase, &before, &now, f) < 0)
		return;
	while ((m = snapshot_next_new(&now, &before, &at)))
		if (!strstr(m->info.point, WITNESS) && strstr(m->info.point, below))
			found(f, VERDICT_FAIL, "%s of %s on the host", m->info.type, m->info.point);
	found(f, VERDICT_PASS, "no new mount on the host");
}
