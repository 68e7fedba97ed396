/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/judge/standing.h"

#include "conformance/judge/snapshot.h"

bool is_plain_mask(const struct mask *m)
{
	return has_word("masked-dir masked-file sb-dir sb-file life-hooks life-joined "
			"life-propagation life-readonly-root",
			m->class);
}

static bool is_same(const struct mount *a, const struct mount *b)
{
	return a->info.id == b->info.id && same_superblock(a, b) &&
	       streq(a->info.options, b->info.options) && streq(a->info.super, b->info.super);
}

static void compare(const struct snapshot *running, const struct snapshot *other, const char *path,
		    const char *phase, struct finding *f)
{
	const struct mount *was = snapshot_top(running, path), *is = snapshot_top(other, path);

	if (was && !is)
		found(f, VERDICT_FAIL, "%s is no mount in %s", path, phase);
	else if (is && !was)
		found(f, VERDICT_FAIL, "%s is a mount in %s only", path, phase);
	else if (was && !is_same(was, is))
		found(f, VERDICT_FAIL, "%s is another mount in %s", path, phase);
}

void check_standing(const struct view *v, const char *phase, struct finding *f)
{
	_cleanup_snapshot_ struct snapshot running = { 0 }, other = { 0 };
	const char *name = v->container->name;
	unsigned int n = 0;
	size_t i;

	if (snapshot_read(v->facts, "driver", name, "running", "container", &running) < 0 ||
	    snapshot_read(v->facts, "driver", name, phase, "container", &other) < 0) {
		found(f, VERDICT_BROKEN, "no mount table of container %s in %s", name, phase);
		return;
	}
	if (snapshot_top(&running, "/t/control") || !snapshot_top(&running, "/proc"))
		found(f, VERDICT_BROKEN, "dull control: mounts are not told apart");
	for (i = 0; i < v->container->n_masks; i++) {
		const char *path = v->container->masks[i].path;

		if (!is_plain_mask(&v->container->masks[i]))
			continue;
		compare(&running, &other, path, phase, f);
		n += !!snapshot_top(&running, path);
	}
	if (n)
		found(f, VERDICT_PASS, "%u masks are the same mounts", n);
	else
		found(f, VERDICT_SKIP, "no plain mask is a mount");
}
