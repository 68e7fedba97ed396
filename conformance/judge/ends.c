/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/judge/ends.h"

bool plain_started(const struct view *v)
{
	const struct view plain = { .facts = v->facts, .container = plain_container(v->facts) };

	return plain.container && container_started(&plain);
}

void check_refused(const struct view *v, struct finding *f)
{
	if (!plain_started(v))
		found(f, VERDICT_BROKEN,
		      "dull control: the sibling without the entry didn't start");
	else if (container_ran(v))
		found(f, VERDICT_FAIL, "container %s was started", v->container->name);
	else if (container_refused(v))
		found(f, VERDICT_PASS, "refused");
	else
		found(f, VERDICT_BROKEN, "container %s neither started nor was refused",
		      v->container->name);
}

void check_starts(const struct view *v, struct finding *f)
{
	if (container_started(v))
		found(f, VERDICT_PASS, "started");
	else if (!plain_started(v))
		found(f, VERDICT_BROKEN, "the sibling without the entry didn't start");
	else if (container_refused(v))
		found(f, VERDICT_FAIL, "container %s was refused: %.200s", v->container->name,
		      refusal_words(v));
	else
		found(f, VERDICT_BROKEN, "container %s neither started nor was refused",
		      v->container->name);
}
