/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges: pure functions over recorded facts. No root, no kernel, no clock; the same facts give
 * the same results on any machine, years later.
 *
 * A judge is a row. Its owner writes JUDGE(id) = { … }; an id that docs/spec does not have does not
 * compile, one owned twice or by nobody does not link (requirements.c refers to each).
 *
 * The engine, for every row of a case's todo that a judge asks for, finds the fact. It turns
 * missing evidence, a dull control and a damaged file into `broken`, so that removing evidence
 * never helps; the judge's own function only says what one observation means.
 */
#pragma once

#include <stdint.h>

#include "conformance/facts.h"

enum level { LEVEL_MUST, LEVEL_SHOULD, LEVEL_INFO, LEVEL_COUNT };
extern const char *const level_names[LEVEL_COUNT];

enum requirement_id {
#define REQUIREMENT(id, name, level, title, anchor, why, source, observe, disputed, since) REQ_##id,
#include "requirements.def"
#undef REQUIREMENT
	REQ_COUNT
};

/* As docs/spec says it; the build makes this table from there. */
struct requirement {
	const char *id;
	enum level level;
	const char *title; /* the normative sentence */
	const char *spec;  /* "docs/spec/FILE.md#ID" */
	const char *why, *source, *observe;
	const char *disputed; /* "" or why the level is below the OCI text's */
	const char *since;    /* version of the specification that added it; "": the first */
};
extern const struct requirement requirements[REQ_COUNT];
/* REQ_COUNT where there is none of that name. */
enum requirement_id requirement_by_name(const char *name);

/* Ordered from harmless to grave: merging keeps the greatest. */
enum verdict {
	VERDICT_NOT_DUE,
	VERDICT_SKIP,
	VERDICT_PASS,
	VERDICT_BROKEN,
	VERDICT_FAIL,
	VERDICT_COUNT
};
extern const char *const verdict_names[VERDICT_COUNT];

/* What one case says of one requirement. Strings are owned. */
struct finding {
	enum verdict verdict;
	struct text reason;   /* of skip and broken: one phrase */
	struct text observed; /* in words and numbers */
	struct text rows;     /* of fail: the facts' rows, as evidence */
};

struct measurement {
	char *name, *unit, *value, *bundle;
};

/* The facts seen from one of the case's containers. */
struct view {
	const struct facts *facts;
	const struct container *container;
};

#define BIT(x) ((x) < 64 ? UINT64_C(1) << ((x)&63) : 0) /* beyond: in no set */
#define MAX_CONTROLS 3

struct judge {
	const char *class;	  /* of the todo rows it judges, blank-separated */
	uint64_t ops;		  /* BIT(OP_…) of the rows it judges */
	uint64_t identities;	  /* BIT(AS_…); 0: all but exec and sysadmin */
	const char *control;	  /* class of the rows for which violates() must be true */
	enum identity control_as; /* AS_ROOT (0): the identity of the judged row */
	bool refusal_passes;	  /* a refused container is a right end, too */
	/* True when the row shows what the requirement forbids. The control must show it, and that
	 * the operation worked (row_shows()). */
	bool (*violates)(const struct row *r);
	/* True where the identity could not see for itself that a row which violates() is none. */
	bool (*unseen)(const struct view *v, const struct row *r);
	/* True when a row that doesn't violate() shows that there was something to see, and that it
	 * was seen. NULL: whatever was answered, the requirement holds by it. */
	bool (*seen)(const struct row *r);
	/* INFO: says what the row shows; nothing is forbidden and there is no control. */
	void (*informs)(const struct row *r, struct text *out);
	/* Last, of each container with such rows: whether what they rest on was there. */
	void (*met)(const struct view *v, struct finding *f);
	/*
	 * Or a judge of whole containers: those with its id among their topics, and every one that
	 * is expected to start and masks something where `every` is set. Writes @f.
	 */
	void (*check)(const struct view *v, struct finding *f);
	bool every;
	const char *expected; /* for the reader of a failure */
};

#define JUDGE(id)                                                                                  \
	_Static_assert(REQ_##id < REQ_COUNT, "docs/spec has no such id");                          \
	const struct judge judge_##id
#define REQUIREMENT(id, ...) extern const struct judge judge_##id;
#include "requirements.def"
#undef REQUIREMENT
extern const struct judge *const judges[REQ_COUNT];

/* True when the case of @f is due to say something of @id. */
bool judge_is_due(enum requirement_id id, const struct test_case *c);
/* What @f says of @id. @f may be damaged in any way. */
void judge_case(enum requirement_id id, const struct facts *f, struct finding *ret);
void finding_free(struct finding *f);
#define _cleanup_finding_ _cleanup_(finding_free)

/* For check(): ends of a container, read from the driver's rows. */
bool container_started(const struct view *v); /* create and start answered 0 and the payload ran */
bool container_refused(const struct view *v); /* create or start answered, and not with 0 */
/* The container of a case that shows what is so without the lists; NULL where it has none. */
const struct container *plain_container(const struct facts *f);
/* What the runtime said on stderr, for the reader; no verdict rests on it. */
const char *refusal_words(const struct view *v);
bool container_ran(const struct view *v); /* any trace of the payload */
/* An identity that can't be had can do nothing at all; one attempt that failed is no proof. */
bool lacks_identity(const struct view *v, enum identity as);
/* Row of container @name (NULL: of the whole case); NULL where there is none, or where two
 * contradict each other. @path may be NULL: any, then the first. */
const struct row *find_row(const struct facts *f, const char *source, const char *name,
			   const char *phase, enum op op, const char *path);
void found(struct finding *f, enum verdict v, const char *fmt, ...) _printf_(3, 4);
/* What has passed asked nothing, so it is a skip; what is worse stays. */
void found_unasked(struct finding *f, const char *why);
