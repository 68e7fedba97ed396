/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report: one runtime on one kernel. All formats are written from this one array of results.
 * Building it is pure; only its writers touch a stream.
 *
 * The way of a report: result_merge() each finding, require_level() on each result, then
 * withheld_apply() and expect_apply() (expect.h), report_conclude(), and any of the writers.
 *
 * A published report shows no fall but those that EXPECT names, and says nothing from which the id
 * or the level of another one could be told.
 */
#pragma once

#include "conformance/judge/judge.h"
#include "conformance/machine.h"

#define REPORT_SCHEMA "maskspec-report/3"

enum outcome {				/* exit status of maskspec: style 16 */
	       OUTCOME_CONFORMS,	/* 0 */
	       OUTCOME_FAILS,		/* 1 */
	       OUTCOME_NOT_IMPLEMENTED, /* 1 */
	       OUTCOME_BROKEN,		/* 3 */
	       OUTCOME_NOTHING_RAN,	/* 4 */
	       OUTCOME_COUNT,
};
extern const char *const outcome_names[OUTCOME_COUNT];
int outcome_exit(enum outcome o);

struct result {
	enum requirement_id id;
	enum level level;     /* after REQUIRE */
	enum verdict verdict; /* worst of its cases */
	char *reason;	      /* of skip and broken, "" else */
	char *expected;	      /* "" where not due */
	char *observed;
	char *evidence; /* rows of the facts, "" unless fail */
	char **bundles; /* that observe it; of a fail, broken or skip those with that verdict */
	size_t n_bundles;
	char *rerun; /* command for just this */
	/* of EXPECT and WITHHELD (expect.h) */
	bool expected_fall;   /* the fall is listed: it doesn't fail the run */
	char *expect_reason;  /* the listed reason, or NULL */
	bool unexpected_pass; /* listed as a fall, but passes */
	bool withheld;	      /* not to be shown in a published artefact */
};

/* What DENY named, and how often the runtime was told so. */
struct denied {
	char *name;
	unsigned long long answered;
};

/* Strings owned by the report; NULL is written as "". Keys as in report.schema.json. */
struct report {
	char *kit_version, *kit_commit, *kit_spec;
	/* argv: one word a line */
	char *runtime_path, *runtime_name, *runtime_version, *runtime_sha256, *runtime_argv;
	/* features: one a line */
	char *kernel, *machine, *distro, *cgroup, *lsm, *features, *boot_id;
	char *kernel_name; /* as KERNELS named it; NULL: the host's, and vm is empty */
	struct machine vm;
	char *user_namespaces; /* "ok", or why there are none */
	char *limits;	       /* one a line: what such a user could not have */
	char *profile, *filter, *require, *userns, *started;
	struct denied *denied;
	size_t n_denied;
	double seconds;
	bool partial;
	/* Of SHARD: which parts of the run this is, ascending; shard_count 0 is a whole run. */
	unsigned int *shards;
	size_t n_shards;
	unsigned int shard_count;
	bool published;	      /* what the writers write may leave this machine */
	bool withheld_listed; /* a WITHHELD file was read */
	enum outcome outcome;
	char *why;	/* one sentence; "" where the results say it all */
	bool one_cause; /* why was given to report_conclude(), and nothing could be judged for it */
	/* of what may be shown: without the withheld ones where published */
	unsigned int count[LEVEL_COUNT][VERDICT_COUNT];
	struct result *results;
	size_t n_results;
	struct measurement *measurements;
	size_t n_measurements;
	/* entries of EXPECT that nothing used, one a line, "" if none */
	char *unused_expects;
	char *expired_expects;	       /* those that are past their until=, the same way */
	unsigned int withheld_allowed; /* falls that EXPECT allows without naming them */
	char *withheld_reason;	       /* what it says of them, or NULL */
	char *withheld_mismatch;       /* the sentence where there are more or fewer, or NULL */
	unsigned int n_withheld;
};

void result_free(struct result *res);
void report_free(struct report *r);
#define _cleanup_report_ _cleanup_(report_free)

/* The worst verdict stands; @res begins zeroed but for its id. @bundle is where @f was found. */
void result_merge(struct result *res, const struct finding *f, const char *bundle);

/*
 * A report has one measurement of a name and bundle: the first that is added. All shards, for
 * example, have the preflight's.
 */
void report_add_measurement(struct report *r, const char *name, const char *unit, const char *value,
			    const char *bundle);
/* Owned by @r; NULL where there is none. */
const struct measurement *report_measurement(const struct report *r, const char *name,
					     const char *bundle);

/*
 * Shards (shard.c): a run of SHARD=i/n has observed a part of its cases, and so its report is part
 * of another one, until `maskspec merge` has them all.
 */
#define SHARD_MAX 1000
/* False where @r, whose shard_count is set, has no such shard, or has it already. */
bool report_add_shard(struct report *r, unsigned int shard);
bool report_has_shard(const struct report *r, unsigned int shard);
/* "shard 2 of 3 is missing", "shards 2 and 4 of 5 are missing", "" for none. Owned by the caller.
 */
char *report_missing_shards(const struct report *r);
/* Adds @answered to what is known of @name, which may be new. */
void report_add_denied(struct report *r, const char *name, unsigned long long answered);
/*
 * Marks what else must be withheld; fills count, n_withheld, outcome and an unset why. @implemented
 * is false where neither list had any effect; @strict: an unexpected pass, and an unused or expired
 * entry of EXPECT fail the run.
 */
void report_conclude(struct report *r, bool implemented, bool strict);

/* Of one that was concluded already, or read: hides what it withholds, and falls it doesn't expect.
 */
void report_publish(struct report *r);

/*
 * Of the report's runtime: what it calls itself ("runc"), and its version ("1.1.5+ds1"). The first
 * line of `--version` speaks for itself where it reads "NAME version VERSION". Owned by the caller.
 */
char *report_runtime_name(const struct report *r);
char *report_runtime_version(const struct report *r);
/* As KERNELS names it: "host" for the one that runs here. */
const char *report_kernel_name(const struct report *r);

/* True where something is left out of what is written: levels and measurements are, too. */
bool report_hides(const struct report *r);
/*
 * False for what is not due, for a withheld result of a published report, and then for its passes,
 * too: if these were listed, the list of all requirements would tell which one is withheld.
 */
bool result_shown(const struct report *r, const struct result *res);
/* A fall that fails the run. */
bool result_fails_run(const struct result *res);
/* Others that EXPECT doesn't list. */
bool result_is_broken(const struct result *res);
bool result_is_lesser_fall(const struct result *res); /* below MUST */
/* Results with @v at any level, as counted. */
unsigned int report_count(const struct report *r, enum verdict v);
/* Shown falls (fail or broken) that EXPECT lists. */
unsigned int report_expected_falls(const struct report *r);

/* Writers; each returns 0 or a negative errno of the stream. */
int report_tap(const struct report *r, FILE *out);
int report_json(const struct report *r, FILE *out);
/* Summary for a person; @colour only where the stream is a terminal and NO_COLOR is unset. */
int report_text(const struct report *r, FILE *out, bool colour);
