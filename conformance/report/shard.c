/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/report/report.h"
#include "conformance/text.h"

bool report_has_shard(const struct report *r, unsigned int shard)
{
	size_t i;

	for (i = 0; i < r->n_shards; i++)
		if (r->shards[i] == shard)
			return true;
	return false;
}

bool report_add_shard(struct report *r, unsigned int shard)
{
	size_t i;

	if (!shard || shard > r->shard_count || shard > SHARD_MAX || report_has_shard(r, shard))
		return false;
	GROW(r->shards, r->n_shards);
	for (i = r->n_shards++; i > 0 && r->shards[i - 1] > shard; i--)
		r->shards[i] = r->shards[i - 1];
	r->shards[i] = shard;
	return true;
}

char *report_missing_shards(const struct report *r)
{
	_cleanup_text_ struct text t = { 0 };
	unsigned int i, n = 0;

	for (i = 1; i <= r->shard_count; i++)
		if (!report_has_shard(r, i))
			text_addf(&t, "%s%u", n++ ? " and " : "", i);
	if (!n)
		return xstrdup("");
	return xasprintf("shard%s %s of %u %s missing", n == 1 ? "" : "s", t.s, r->shard_count,
			 n == 1 ? "is" : "are");
}
