/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer's custom mutator for the parsers of JSON: bytes changed at random are hardly ever JSON,
 * so most edits are made to the tree. Only `make fuzz` links it.
 */
#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t mutate_json(uint8_t *data, size_t size, size_t max, unsigned int seed);

#define MOST_NODES 4096

struct node {
	cJSON *item, *parent; /* the root has none */
};

struct tree {
	cJSON *root;
	struct node nodes[MOST_NODES];
	size_t n;
	unsigned int seed;
};

static size_t pick(struct tree *t, size_t n)
{
	return (size_t)rand_r(&t->seed) % n;
}

static void collect(struct tree *t, cJSON *item, cJSON *parent)
{
	cJSON *child;

	if (t->n == MOST_NODES)
		return;
	t->nodes[t->n++] = (struct node){ item, parent };
	cJSON_ArrayForEach (child, item)
		collect(t, child, item);
}

static cJSON *new_value(struct tree *t)
{
	static const char *const values[] = {
		"null",	       "true",	     "0",
		"-1",	       "2",	     "4294967296",
		"1e300",       "0.5",	     "\"\"",
		"\"/\"",       "\"%\"",	     "\"%d\"",
		"\"../a\"",    "\"a b\"",    "[]",
		"{}",	       "[[]]",	     "[{}]",
		"[null]",      "[\"/a\",1]", "\"\\u0001\\n\\t\"",
		"{\"\":null}", "[0]",	     "[{\"repeat\":3,\"path\":\"/%d\"}]",
	};

	return cJSON_Parse(values[pick(t, sizeof(values) / sizeof(values[0]))]);
}

static void set_key(cJSON *item, const char *key)
{
	char *copy = strdup(key);

	cJSON_free(item->string);
	item->string = copy;
	item->type &= ~cJSON_StringIsConst;
}

static void replace(struct tree *t, const struct node *at, cJSON *by)
{
	if (!by)
		return;
	if (at->item->string)
		set_key(by, at->item->string);
	if (at->parent) {
		cJSON_ReplaceItemViaPointer(at->parent, at->item, by);
	} else {
		cJSON_Delete(t->root);
		t->root = by;
	}
}

static void add_copy(const struct node *to, const cJSON *from)
{
	cJSON *copy = cJSON_Duplicate(from, 1);

	if (cJSON_IsObject(to->item) && from->string)
		cJSON_AddItemToObject(to->item, from->string, copy);
	else if (!cJSON_IsArray(to->item) || !cJSON_AddItemToArray(to->item, copy))
		cJSON_Delete(copy);
}

static void edit(struct tree *t)
{
	const struct node *at, *other;

	t->n = 0;
	collect(t, t->root, NULL);
	at = &t->nodes[pick(t, t->n)];
	other = &t->nodes[pick(t, t->n)];
	switch (pick(t, 5)) {
	case 0:
		replace(t, at, new_value(t));
		break;
	case 1:
		replace(t, at, cJSON_Duplicate(other->item, 1));
		break;
	case 2:
		if (at->parent)
			cJSON_Delete(cJSON_DetachItemViaPointer(at->parent, at->item));
		break;
	case 3:
		if (at->item->string && other->item->string)
			set_key(at->item, other->item->string);
		break;
	default:
		add_copy(at, other->item);
	}
}

size_t mutate_json(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	static struct tree t;
	char *text;
	size_t n;

	t.seed = seed;
	t.root = pick(&t, 4) ? cJSON_ParseWithLength((const char *)data, size) : NULL;
	if (!t.root)
		return LLVMFuzzerMutate(data, size, max);
	for (n = pick(&t, 3) + 1; n > 0; n--)
		edit(&t);
	text = cJSON_PrintUnformatted(t.root);
	cJSON_Delete(t.root);
	n = text ? strlen(text) : max + 1;
	if (n <= max)
		memcpy(data, text, n);
	free(text);
	return n <= max ? n : LLVMFuzzerMutate(data, size, max);
}
