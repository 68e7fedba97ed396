/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/expect.h"

#include "conformance/text.h"

/* One result collects texts of many cases; a reader wants the first few. */
#define OBSERVED_MAX 400
#define BETWEEN "; "
#define STRICT_SAYS "STRICT:"
#define EVIDENCE_MAX (64u << 10)

const char *const outcome_names[OUTCOME_COUNT] = {
	[OUTCOME_CONFORMS] = "conforms",
	[OUTCOME_FAILS] = "fails",
	[OUTCOME_NOT_IMPLEMENTED] = "not-implemented",
	[OUTCOME_BROKEN] = "broken",
	[OUTCOME_NOTHING_RAN] = "nothing-ran",
};

int outcome_exit(enum outcome o)
{
	static const int exits[OUTCOME_COUNT] = {
		[OUTCOME_CONFORMS] = 0, [OUTCOME_FAILS] = 1,	   [OUTCOME_NOT_IMPLEMENTED] = 1,
		[OUTCOME_BROKEN] = 3,	[OUTCOME_NOTHING_RAN] = 4,
	};

	return exits[o];
}

static void free_bundles(struct result *res)
{
	size_t i;

	for (i = 0; i < res->n_bundles; i++)
		free(res->bundles[i]);
	free(res->bundles);
	res->bundles = NULL;
	res->n_bundles = 0;
}

static void free_texts(struct result *res)
{
	free(res->reason);
	free(res->observed);
	free(res->evidence);
	res->reason = res->observed = res->evidence = NULL;
}

void result_free(struct result *res)
{
	free_bundles(res);
	free_texts(res);
	free(res->expected);
	free(res->rerun);
	free(res->expect_reason);
}

static void measurement_free(struct measurement *m)
{
	free(m->name);
	free(m->unit);
	free(m->value);
	free(m->bundle);
}

void report_free(struct report *r)
{
	char *strings[] = {
		r->kit_version,	    r->kit_commit,
		r->kit_spec,	    r->runtime_path,
		r->runtime_name,    r->runtime_version,
		r->runtime_sha256,  r->runtime_argv,
		r->kernel,	    r->kernel_name,
		r->machine,	    r->distro,
		r->cgroup,	    r->lsm,
		r->user_namespaces, r->limits,
		r->features,	    r->boot_id,
		r->profile,	    r->filter,
		r->userns,	    r->require,
		r->started,	    r->why,
		r->unused_expects,  r->expired_expects,
		r->withheld_reason, r->withheld_mismatch,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(strings); i++)
		free(strings[i]);
	for (i = 0; i < r->n_results; i++)
		result_free(&r->results[i]);
	free(r->results);
	for (i = 0; i < r->n_measurements; i++)
		measurement_free(&r->measurements[i]);
	free(r->measurements);
	for (i = 0; i < r->n_denied; i++)
		free(r->denied[i].name);
	free(r->denied);
	free(r->shards);
	machine_free(&r->vm);
	*r = (struct report){ 0 };
}

/* Takes the old text; what it says already is not said again. */
static char *join(char *old, const char *more, const char *between, size_t max)
{
	_cleanup_free_ char *owned = old;

	if (!owned || !*owned)
		return xstrdup(more);
	if (!*more || strstr(owned, more) || strlen(owned) + strlen(more) > max)
		return TAKE_PTR(owned);
	return xasprintf("%s%s%s", owned, between, more);
}

/* The clause of @s that begins with the greatest number; @s where one begins without. */
static char *greatest(char *s)
{
	unsigned long max = 0;
	char *best = s;
	char *p = s;

	for (;; p += strlen(BETWEEN)) {
		unsigned long n;

		if (*p < '0' || *p > '9')
			return s;
		n = strtoul(p, NULL, 10);
		if (n > max) {
			max = n;
			best = p;
		}
		p = strstr(p, BETWEEN);
		if (!p)
			return best;
	}
}

/* "2 a; 512 b; 16 c" becomes "512 b; 2 a; 16 c": what is cut for a reader is the harmless part. */
static void put_greatest_first(char *s)
{
	char *best = greatest(s);
	size_t before = (size_t)(best - s);
	const char *end = strstr(best, BETWEEN);
	size_t n = end ? (size_t)(end - best) : strlen(best);
	_cleanup_free_ char *clause = xstrndup(best, n);

	if (before == 0)
		return;
	memmove(s + n + strlen(BETWEEN), s, before - strlen(BETWEEN));
	memcpy(s, clause, n);
	memcpy(s + n, BETWEEN, strlen(BETWEEN));
}

/* As join(), but the greatest of numbers is always among what is kept. */
static char *join_observed(char *old, const char *more)
{
	size_t before = old ? strlen(old) : 0;
	size_t max = before > OBSERVED_MAX ? before : OBSERVED_MAX;
	char *s = join(old, more, BETWEEN, SIZE_MAX);
	char *cut;

	put_greatest_first(s);
	while (before && strlen(s) > max && (cut = memrchr(s, BETWEEN[0], strlen(s))))
		*cut = '\0';
	return s;
}

static void add_bundle(struct result *res, const char *bundle)
{
	size_t i;

	for (i = 0; i < res->n_bundles; i++)
		if (streq(res->bundles[i], bundle))
			return;
	GROW(res->bundles, res->n_bundles);
	res->bundles[res->n_bundles++] = xstrdup(bundle);
}

void result_merge(struct result *res, const struct finding *f, const char *bundle)
{
	if (f->verdict == VERDICT_NOT_DUE || f->verdict < res->verdict)
		return;
	if (f->verdict > res->verdict) {
		free_bundles(res);
		free_texts(res);
		res->verdict = f->verdict;
	}
	add_bundle(res, bundle);
	res->reason = join(res->reason, text_str(&f->reason), BETWEEN, OBSERVED_MAX);
	res->observed = join_observed(res->observed, text_str(&f->observed));
	res->evidence = join(res->evidence, text_str(&f->rows), "", EVIDENCE_MAX);
}

const struct measurement *report_measurement(const struct report *r, const char *name,
					     const char *bundle)
{
	size_t i;

	for (i = 0; i < r->n_measurements; i++)
		if (streq(r->measurements[i].name, name) &&
		    streq(r->measurements[i].bundle, bundle))
			return &r->measurements[i];
	return NULL;
}

void report_add_measurement(struct report *r, const char *name, const char *unit, const char *value,
			    const char *bundle)
{
	if (report_measurement(r, name, bundle))
		return;
	GROW(r->measurements, r->n_measurements);
	r->measurements[r->n_measurements++] = (struct measurement){
		.name = xstrdup(name),
		.unit = xstrdup(unit),
		.value = xstrdup(value),
		.bundle = xstrdup(bundle),
	};
}

void report_add_denied(struct report *r, const char *name, unsigned long long answered)
{
	size_t i;

	for (i = 0; i < r->n_denied; i++) {
		if (streq(r->denied[i].name, name)) {
			r->denied[i].answered += answered;
			return;
		}
	}
	GROW(r->denied, r->n_denied);
	r->denied[r->n_denied++] = (struct denied){ xstrdup(name), answered };
}

bool report_hides(const struct report *r)
{
	return r->published && r->n_withheld > 0;
}

bool result_shown(const struct report *r, const struct result *res)
{
	if (res->verdict == VERDICT_NOT_DUE)
		return false;
	if (!report_hides(r))
		return true;
	return !res->withheld && (res->verdict != VERDICT_PASS || res->unexpected_pass);
}

bool result_fails_run(const struct result *res)
{
	return res->verdict == VERDICT_FAIL && res->level == LEVEL_MUST && !res->expected_fall;
}

bool result_is_broken(const struct result *res)
{
	return res->verdict == VERDICT_BROKEN && !res->expected_fall;
}

bool result_is_lesser_fall(const struct result *res)
{
	return res->verdict == VERDICT_FAIL && res->level != LEVEL_MUST && !res->expected_fall;
}

unsigned int report_count(const struct report *r, enum verdict v)
{
	unsigned int n = 0;
	int level;

	for (level = 0; level < LEVEL_COUNT; level++)
		n += r->count[level][v];
	return n;
}

unsigned int report_expected_falls(const struct report *r)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < r->n_results; i++)
		n += r->results[i].expected_fall && result_shown(r, &r->results[i]);
	return n;
}

static void count(struct report *r)
{
	size_t i;

	memset(r->count, 0, sizeof(r->count));
	r->n_withheld = 0;
	for (i = 0; i < r->n_results; i++) {
		const struct result *res = &r->results[i];

		if (res->verdict == VERDICT_NOT_DUE)
			continue;
		if (res->withheld)
			r->n_withheld++;
		if (!res->withheld || !r->published)
			r->count[res->level][res->verdict]++;
	}
}

/* What decides the outcome: of all results, shown or not. */
struct tally {
	unsigned int seen;
	unsigned int failed; /* a MUST, unexpected */
	unsigned int fell;   /* at any level, unexpected */
	unsigned int broken; /* unexpected */
	unsigned int all_broken, unexpected_passes;
};

static struct tally tally(const struct report *r)
{
	struct tally t = { 0 };
	size_t i;

	for (i = 0; i < r->n_results; i++) {
		const struct result *res = &r->results[i];

		t.seen += res->verdict >= VERDICT_PASS;
		t.failed += result_fails_run(res);
		t.fell += res->verdict == VERDICT_FAIL && !res->expected_fall;
		t.broken += result_is_broken(res);
		t.all_broken += res->verdict == VERDICT_BROKEN;
		t.unexpected_passes += res->unexpected_pass;
	}
	return t;
}

static unsigned int lines_of(const char *s)
{
	unsigned int n = 0;

	for (; s && *s; s = strchr(s, '\n') ? strchr(s, '\n') + 1 : NULL)
		n++;
	return n;
}

/* An error of the lists is as loud as a failed MUST: its author must look. */
static char *why_lists(const struct report *r, const struct tally *t, bool strict)
{
	unsigned int unused = lines_of(r->unused_expects);
	unsigned int expired = lines_of(r->expired_expects);

	if (r->withheld_mismatch)
		return xstrdup(r->withheld_mismatch);
	if (strict && (unused || expired || t->unexpected_passes))
		return xasprintf(
			STRICT_SAYS " %u unexpected %s, %u unused and %u expired %s of EXPECT",
			t->unexpected_passes, t->unexpected_passes == 1 ? "pass" : "passes", unused,
			expired, expired == 1 ? "entry" : "entries");
	return NULL;
}

/* Where something is hidden the outcome must not tell its level: EXPECT fits, or it does not. */
static enum outcome decide_hiding(const struct tally *t, bool lists_fail)
{
	if (!t->seen)
		return OUTCOME_NOTHING_RAN;
	if (!lists_fail)
		return OUTCOME_CONFORMS;
	return t->broken && !t->fell ? OUTCOME_BROKEN : OUTCOME_FAILS;
}

static enum outcome decide(const struct tally *t, bool implemented, bool lists_fail)
{
	if (!implemented)
		return OUTCOME_NOT_IMPLEMENTED;
	if (t->failed)
		return OUTCOME_FAILS;
	if (t->broken)
		return OUTCOME_BROKEN;
	if (!t->seen)
		return OUTCOME_NOTHING_RAN;
	return lists_fail ? OUTCOME_FAILS : OUTCOME_CONFORMS;
}

static char *why_default(enum outcome o, const struct tally *t)
{
	switch (o) {
	case OUTCOME_NOT_IMPLEMENTED:
		return xstrdup("neither maskedPaths nor readonlyPaths had any effect");
	case OUTCOME_BROKEN:
		return xasprintf("%u of %u requirements could not be judged", t->broken, t->seen);
	case OUTCOME_NOTHING_RAN:
		return xstrdup("no requirement was observed");
	case OUTCOME_CONFORMS:
	case OUTCOME_FAILS:
	case OUTCOME_COUNT:
		break;
	}
	return xstrdup("");
}

void report_conclude(struct report *r, bool implemented, bool strict)
{
	_cleanup_free_ char *lists = NULL;
	struct tally t;

	withheld_conclude(r);
	t = tally(r);
	lists = why_lists(r, &t, strict);
	count(r);
	if (report_hides(r))
		r->outcome = decide_hiding(&t, lists != NULL);
	else
		r->outcome = decide(&t, implemented, lists != NULL);
	r->one_cause = r->why && *r->why && t.all_broken == t.seen;
	if (r->why && *r->why)
		return;
	free(r->why);
	if (lists && (r->outcome == OUTCOME_FAILS || report_hides(r)))
		r->why = TAKE_PTR(lists);
	else
		r->why = why_default(r->outcome, &t);
}

void report_publish(struct report *r)
{
	bool implemented = r->outcome != OUTCOME_NOT_IMPLEMENTED;
	bool strict = strip_prefix(r->why ? r->why : "", STRICT_SAYS) != NULL;
	enum outcome before = r->outcome;

	if (r->published)
		return;
	r->published = true;
	report_conclude(r, implemented, strict);
	/* What no result says, such as a shard that is missing. */
	if (!report_hides(r) && r->outcome == OUTCOME_CONFORMS)
		r->outcome = before;
}

/* Cuts "runc version 1.1.5+ds1\n…" in two; false where the line reads otherwise. */
static bool own_words(const char *line, char **ret_name, char **ret_version)
{
	size_t name = strcspn(line, " \n");
	const char *version = strip_prefix(line + name, " version ");
	size_t len = version ? strcspn(version, " \n") : 0;

	if (name == 0 || len == 0)
		return false;
	if (ret_name)
		*ret_name = xstrndup(line, name);
	if (ret_version)
		*ret_version = xstrndup(version, len);
	return true;
}

char *report_runtime_name(const struct report *r)
{
	char *name;

	if (r->runtime_version && own_words(r->runtime_version, &name, NULL))
		return name;
	return xstrdup(r->runtime_name ? r->runtime_name : "");
}

char *report_runtime_version(const struct report *r)
{
	const char *line = r->runtime_version ? r->runtime_version : "";
	char *version;

	if (own_words(line, NULL, &version))
		return version;
	return xstrndup(line, strcspn(line, "\n"));
}

const char *report_kernel_name(const struct report *r)
{
	return r->kernel_name ? r->kernel_name : "host";
}
