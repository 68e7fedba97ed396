/* SPDX-License-Identifier: Apache-2.0 */
/* A small report to try the writers and the lists on. */
#pragma once

#include "conformance/report/report.h"
#include "conformance/text.h"

static inline struct result *sample_add(struct report *r, enum requirement_id id, enum level level,
					enum verdict verdict)
{
	struct result *res;

	GROW(r->results, r->n_results);
	res = &r->results[r->n_results++];
	*res = (struct result){ .id = id, .level = level, .verdict = verdict };
	res->reason = xstrdup(verdict == VERDICT_SKIP	  ? "not offered"
			      : verdict == VERDICT_BROKEN ? "control is dull"
							  : "");
	res->expected = xstrdup("nothing to be seen");
	res->observed = xstrdup(verdict == VERDICT_FAIL ? "3 entries, \"a\\b\" # and more" : "");
	res->evidence = xstrdup(verdict == VERDICT_FAIL ? "probe:a\trun\nprobe:b\trun\n" : "");
	res->rerun =
		xasprintf("make conformance RUNTIME=/usr/bin/runc FILTER=%s", requirements[id].id);
	GROW(res->bundles, res->n_bundles);
	res->bundles[res->n_bundles++] = xstrdup("dirs/basic");
	return res;
}

static inline void sample_init(struct report *r)
{
	*r = (struct report){
		.kit_version = xstrdup("0.1"),
		.kit_commit = xstrdup("abc1234"),
		.kit_spec = xstrdup("0.1"),
		.runtime_path = xstrdup("/usr/bin/runc"),
		.runtime_name = xstrdup("runc"),
		.runtime_version = xstrdup("runc version 1.1.5+ds1\ncommit: 1"),
		.runtime_sha256 = xasprintf("%064d", 0),
		.runtime_argv = xstrdup("/usr/bin/runc\n--root\n/run/a b"),
		.kernel = xstrdup("6.18.44"),
		.machine = xstrdup("x86_64"),
		.distro = xstrdup("Debian 12"),
		.cgroup = xstrdup("v1"),
		.lsm = xstrdup("apparmor"),
		.features = xstrdup("openat2\nmount_setattr"),
		.boot_id = xstrdup("f3b0"),
		.profile = xstrdup("core"),
		.userns = xstrdup("none"),
		.started = xstrdup("2026-01-01T00:00:00Z"),
		.seconds = 12.3456,
	};
}

/* @words: a level's letter (M S I), a verdict's (P F S B), ! where EXPECT lists it. */
static inline void sample_words(struct report *r, const char *words)
{
	static const char levels[] = "MSI";
	static const char verdicts[] = "-SPBF";
	int id = 0;

	for (; *words; words += strcspn(words, " "), words += *words == ' ') {
		enum level level = (enum level)(strchr(levels, words[0]) - levels);
		enum verdict verdict = (enum verdict)(strchr(verdicts, words[1]) - verdicts);

		sample_add(r, (enum requirement_id)id++, level, verdict)->expected_fall =
			words[2] == '!';
	}
}

/* One result of every verdict, and falls of every level. */
static inline void sample_full(struct report *r)
{
	sample_init(r);
	sample_add(r, REQ_dir_empty, LEVEL_MUST, VERDICT_FAIL);
	sample_add(r, REQ_file_null, LEVEL_MUST, VERDICT_PASS);
	sample_add(r, REQ_file_empty, LEVEL_MUST, VERDICT_PASS);
	sample_add(r, REQ_path_missing, LEVEL_MUST, VERDICT_BROKEN);
	sample_add(r, REQ_path_link, LEVEL_MUST, VERDICT_SKIP);
	sample_add(r, REQ_path_bytes, LEVEL_MUST, VERDICT_NOT_DUE);
	sample_add(r, REQ_sb_shared, LEVEL_SHOULD, VERDICT_FAIL);
	sample_add(r, REQ_sb_files, LEVEL_MUST, VERDICT_FAIL);
	sample_add(r, REQ_dir_mode, LEVEL_INFO, VERDICT_PASS);
	report_add_measurement(r, "superblocks.directory_masks", "superblocks",
			       "18446744073709551615", "superblocks/512");
}

typedef int (*writer)(const struct report *r, FILE *out);

static inline int write_plain_text(const struct report *r, FILE *out)
{
	return report_text(r, out, false);
}

/* What @w writes, owned by the caller. */
static inline char *written(writer w, const struct report *r)
{
	size_t len = 0;
	char *s = NULL;
	FILE *f = open_memstream(&s, &len);
	int err;

	if (!f)
		abort();
	err = w(r, f);
	fclose(f);
	if (err < 0)
		abort();
	return s;
}
