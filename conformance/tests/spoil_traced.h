/* SPDX-License-Identifier: Apache-2.0 */
/* Bad facts of what the kernel was seen doing; a part of spoil.h. */
#pragma once

#define TRACED "maskref-0.1.0/superblocks-traced"
#define COUNT(name, phase, event) DRIVER(name, phase, OP_TRACE, event)
#define RUNNING(name) DRIVER(name, "running", OP_MOUNTINFO, "container")
#define TRACER(path) row_like("driver", "control", OP_TRACE, path)

/* Of @event nothing can be counted, or (NULL) nothing was at all. */
static inline void untrace(struct facts *f, const char *event)
{
	size_t i;

	for (i = 0; i < f->n_rows; i++) {
		struct row *r = &f->rows[i];

		if (r->op != OP_TRACE || streq(r->path, "tracer"))
			continue;
		if (!event)
			r->op = OP_UNKNOWN;
		else if (streq(r->path, event))
			r->result = text_const("unavailable");
	}
}

/* One more than the bound for one step; then for the other. */
#define GROWS(name, id, phase, event)                                                              \
	EDIT(name##_16, TRACED, id, PASS, FAIL,                                                    \
	     set(f, COUNT("plain", phase, event), "ok", "count=4");                                \
	     set(f, COUNT("d16", phase, event), "ok", "count=12");                                 \
	     set(f, COUNT("d128", phase, event), "ok", "count=12"))                                \
	EDIT(name##_128, TRACED, id, PASS, FAIL,                                                   \
	     set(f, COUNT("d16", phase, event), "ok", "count=5");                                  \
	     set(f, COUNT("d128", phase, event), "ok", "count=13"))                                \
	EDIT(name##_within, TRACED, id, PASS, PASS,                                                \
	     set(f, COUNT("plain", phase, event), "ok", "count=4");                                \
	     set(f, COUNT("d16", phase, event), "ok", "count=11");                                 \
	     set(f, COUNT("d128", phase, event), "ok", "count=18"))                                \
	EDIT(name##_overrun, TRACED, id, PASS, BROKEN,                                             \
	     set(f, COUNT("d16", phase, event), "overrun", "count=5"))                             \
	EDIT(name##_dull, TRACED, id, PASS, BROKEN, set(f, TRACER(event), "ok", "count=2"))        \
	EDIT(name##_unknown, TRACED, id, PASS, SKIP, untrace(f, event))                            \
	EDIT(name##_untraced, TRACED, id, PASS, SKIP, untrace(f, NULL);                            \
	     set(f, TRACER("tracer"), "unavailable", "mount tracefs: EPERM"))

#define TRACED_EDITS                                                                               \
	GROWS(made, sb_made, "start", "superblocks")                                               \
	GROWS(shrinkers, sb_shrinkers, "start", "shrinkers")                                       \
	GROWS(grace, sb_grace, "start", "grace")                                                   \
	GROWS(grace_delete, sb_grace_delete, "delete", "grace")                                    \
	EDIT(made_nothing, TRACED, sb_made, PASS, BROKEN, set(f, TRACER("made"), "ok", "count=0")) \
	EDIT(not_followed, TRACED, sb_grace, PASS, BROKEN,                                         \
	     set(f, COUNT("plain", "start", "superblocks"), "ok", "count=1"))                      \
	EDIT(made_fewer, TRACED, sb_made, PASS, BROKEN,                                            \
	     set(f, COUNT("d128", "start", "superblocks"), "ok", "count=3"))                       \
	EDIT(made_unseen, TRACED, sb_made, PASS, BROKEN,                                           \
	     mount_at(f, &(struct row[]){ RUNNING("d128") }[0], "/t/sb/d5")->op = OP_UNKNOWN)      \
	EDIT(traced_not_started, TRACED, sb_grace, PASS, BROKEN, silence(f, "probe:d16"))
