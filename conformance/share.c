/* SPDX-License-Identifier: Apache-2.0 */
/* SHARD=i/n: which cases of a plan, and which kernels, are this machine's share. */
#include <fcntl.h>

#include "conformance/kernels.h"
#include "conformance/plan.h"

static size_t count_names(char *const *names)
{
	size_t n = 0;

	while (names[n])
		n++;
	return n;
}

static int load_times(const struct run_options *o, struct times *ret)
{
	_cleanup_free_ char *path = xasprintf("%s/times.tsv", o->judge.fixtures);
	_cleanup_free_ char *text = NULL;
	unsigned int line;
	int r = read_file_at(AT_FDCWD, path, CASE_MAX, &text, NULL);

	if (r < 0)
		return complain(EXIT_USAGE, "%s: %s; SHARD deals the cases by it", path,
				errno_name(r));
	if (times_parse(text, ret, &line) < 0)
		return complain(
			EXIT_USAGE,
			"%s: line %u: not a bundle, a tab and milliseconds; run: make times", path,
			line);
	return -1;
}

static bool is_host(const char *kernel)
{
	return streq(kernel, "host");
}

/* The works of all kernels, one behind the other; the preflight, the first case, is none. */
static struct work *list_works(const struct plan *p, const struct times *t, char *const *names)
{
	size_t cases = p->n - 1, kernels = count_names(names), k, i;
	struct work *list = xcalloc(cases * kernels, sizeof(*list));

	for (k = 0; k < kernels; k++)
		for (i = 0; i < cases; i++)
			list[k * cases + i] = (struct work){
				.ms = times_of(t, p->cases[i + 1].c->bundle) *
				      (is_host(names[k]) ? 1 : SPLIT_MACHINE_FACTOR),
				.kernel = k,
			};
	return list;
}

static unsigned long *list_begins(const struct times *t, char *const *names)
{
	size_t n = count_names(names), i;
	unsigned long *list = xcalloc(n, sizeof(*list));

	for (i = 0; i < n; i++)
		list[i] = is_host(names[i]) ? times_of(t, PREFLIGHT) : SPLIT_MACHINE_MS;
	return list;
}

/* -1 with the shard of each case but the preflight, of each kernel, in *@ret; or a status. */
static int deal(const struct plan *p, const struct run_options *o, char *const *names,
		unsigned int **ret)
{
	_cleanup_times_ struct times t = { 0 };
	size_t kernels = count_names(names), n = (p->n - 1) * kernels;
	_cleanup_free_ unsigned long *begins = NULL;
	_cleanup_free_ struct work *list = NULL;
	int r = load_times(o, &t);

	if (r >= 0)
		return r;
	if (n < o->shard.count)
		return complain(EXIT_USAGE,
				"SHARD=%u/%u: there is nothing for some of them: the run has %zu "
				"case%s beside " PREFLIGHT "; make %zu shard%s of it, or fewer",
				o->shard.number, o->shard.count, n, n == 1 ? "" : "s", n,
				n == 1 ? "" : "s");
	list = list_works(p, &t, names);
	begins = list_begins(&t, names);
	*ret = xcalloc(n, sizeof(**ret));
	split(list, n, begins, kernels, o->shard.count, *ret);
	return -1;
}

static size_t index_of(char *const *names, const char *kernel)
{
	size_t i;

	for (i = 0; names[i] && !streq(names[i], kernel);)
		i++;
	return i;
}

static void keep_share(struct plan *p, const unsigned int *shard_of, unsigned int number)
{
	size_t from, n = p->n;

	for (p->n = 1, from = 1; from < n; from++) {
		struct planned one = p->cases[from];

		one.shard = shard_of[from - 1];
		if (one.shard == number) {
			p->cases[p->n++] = one;
			continue;
		}
		GROW(p->elsewhere, p->n_elsewhere);
		p->elsewhere[p->n_elsewhere++] = one;
	}
}

int plan_share(struct plan *p, const struct run_options *o)
{
	_cleanup_free_ unsigned int *shards = NULL;
	char **names;
	int r;

	if (!o->shard.count)
		return -1;
	names = kernel_names(o->dealt_kernels);
	r = deal(p, o, names, &shards);
	if (r < 0)
		keep_share(p, shards + (p->n - 1) * index_of(names, o->kernel ? o->kernel : "host"),
			   o->shard.number);
	words_free(names);
	return r;
}

int plan_kernels(const struct plan *p, const struct run_options *o, char **ret)
{
	_cleanup_free_ unsigned int *shards = NULL;
	_cleanup_text_ struct text t = { 0 };
	size_t cases = p->n - 1, k, i;
	char **names;
	int r;

	if (!o->shard.count) {
		*ret = xstrdup(o->kernels);
		return -1;
	}
	names = kernel_names(o->dealt_kernels);
	r = deal(p, o, names, &shards);
	for (k = 0; r < 0 && names[k]; k++) {
		for (i = 0; i < cases && shards[k * cases + i] != o->shard.number;)
			i++;
		if (i < cases)
			text_addf(&t, "%s%s", t.len ? " " : "", names[k]);
	}
	words_free(names);
	*ret = xstrdup(text_str(&t));
	return r;
}
