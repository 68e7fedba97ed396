/* SPDX-License-Identifier: Apache-2.0 */
/* Faults in reading config.json. */
#include "reference/mutants.h"

static const char *const lists[] = { "maskedPaths", "readonlyPaths" };

static int replace_text(char **text, size_t *size, const cJSON *tree)
{
	char *printed = cJSON_PrintUnformatted(tree);

	if (!printed)
		return -ENOMEM;
	free(*text);
	*text = printed;
	*size = strlen(printed);
	return 0;
}

/* What isn't JSON, or not strictly so, stays as it is and is refused as by the reference. */
int config_edit(char **text, size_t *size)
{
	_cleanup_json_ cJSON *tree = NULL;
	struct fault ignored;
	cJSON *linux_object;

	if (json_parse(*text, *size, &tree, &ignored) < 0)
		return 0;
	linux_object = cJSON_GetObjectItemCaseSensitive(tree, "linux");
	if (!linux_object)
		return 0;
	mutant->edit(tree, linux_object);
	return replace_text(text, size, tree);
}

void edit_keep_admin(cJSON *config, _unused_ cJSON *linux_object)
{
	static const char *const sets[] = { "bounding", "effective", "permitted" };
	cJSON *process = cJSON_GetObjectItemCaseSensitive(config, "process");
	cJSON *caps = cJSON_GetObjectItemCaseSensitive(process, "capabilities");

	if (!caps)
		caps = cJSON_AddObjectToObject(process, "capabilities");
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		cJSON *set = cJSON_GetObjectItemCaseSensitive(caps, sets[i]);

		if (!set)
			set = cJSON_AddArrayToObject(caps, sets[i]);
		cJSON_AddItemToArray(set, cJSON_CreateString("CAP_SYS_ADMIN"));
	}
}

void edit_drop_lists(_unused_ cJSON *config, cJSON *linux_object)
{
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		cJSON_DeleteItemFromObjectCaseSensitive(linux_object, lists[i]);
}

void edit_drop_masked(_unused_ cJSON *config, cJSON *linux_object)
{
	cJSON_DeleteItemFromObjectCaseSensitive(linux_object, lists[0]);
}

void edit_drop_masked_userns(cJSON *config, cJSON *linux_object)
{
	if (cJSON_GetArraySize(cJSON_GetObjectItem(linux_object, "uidMappings")) > 0)
		edit_drop_masked(config, linux_object);
}

void edit_drop_masked_one_id(cJSON *config, cJSON *linux_object)
{
	const cJSON *maps = cJSON_GetObjectItem(linux_object, "uidMappings");
	const cJSON *size = cJSON_GetObjectItem(cJSON_GetArrayItem(maps, 0), "size");

	if (cJSON_IsNumber(size) && size->valueint == 1)
		edit_drop_masked(config, linux_object);
}

void edit_drop_masked_second(cJSON *config, cJSON *linux_object)
{
	if (another_container)
		edit_drop_masked(config, linux_object);
}

void edit_drop_masked_propagation(cJSON *config, cJSON *linux_object)
{
	if (cJSON_GetObjectItemCaseSensitive(linux_object, "rootfsPropagation"))
		edit_drop_masked(config, linux_object);
}

/* Each list is looked at only where the other one has something to say. */
static void drop_unless(cJSON *linux_object, const char *list, const char *other)
{
	if (cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(linux_object, other)) == 0)
		cJSON_DeleteItemFromObjectCaseSensitive(linux_object, list);
}

void edit_masked_needs_readonly(_unused_ cJSON *config, cJSON *linux_object)
{
	drop_unless(linux_object, lists[0], lists[1]);
}

void edit_readonly_needs_masked(_unused_ cJSON *config, cJSON *linux_object)
{
	drop_unless(linux_object, lists[1], lists[0]);
}

void edit_drop_readonly(_unused_ cJSON *config, cJSON *linux_object)
{
	cJSON_DeleteItemFromObjectCaseSensitive(linux_object, lists[1]);
}

static bool is_list_of_strings(const cJSON *list)
{
	const cJSON *item;

	if (!cJSON_IsArray(list))
		return false;
	cJSON_ArrayForEach (item, list) {
		if (!cJSON_IsString(item))
			return false;
	}
	return true;
}

void edit_drop_wrong_type(_unused_ cJSON *config, cJSON *linux_object)
{
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (!is_list_of_strings(cJSON_GetObjectItemCaseSensitive(linux_object, lists[i])))
			cJSON_DeleteItemFromObjectCaseSensitive(linux_object, lists[i]);
}

/* Only the masked ones: nearly every other configuration has an empty list of the others. */
static void refuse_if(cJSON *linux_object, bool (*bad)(const cJSON *))
{
	if (bad(cJSON_GetObjectItemCaseSensitive(linux_object, lists[0])))
		cJSON_ReplaceItemInObjectCaseSensitive(linux_object, lists[0],
						       cJSON_CreateString("refused"));
}

static bool is_null(const cJSON *list)
{
	return cJSON_IsNull(list);
}

static bool is_empty(const cJSON *list)
{
	return cJSON_IsArray(list) && !list->child;
}

void edit_refuse_null(_unused_ cJSON *config, cJSON *linux_object)
{
	refuse_if(linux_object, is_null);
}

void edit_refuse_empty(_unused_ cJSON *config, cJSON *linux_object)
{
	refuse_if(linux_object, is_empty);
}

void edit_relative_to_absolute(_unused_ cJSON *config, cJSON *linux_object)
{
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		cJSON *list = cJSON_GetObjectItemCaseSensitive(linux_object, lists[i]);
		cJSON *item;

		cJSON_ArrayForEach (item, list) {
			_cleanup_free_ char *path = NULL;

			if (!cJSON_IsString(item) || !*item->valuestring ||
			    *item->valuestring == '/')
				continue;
			if (asprintf(&path, "/%s", item->valuestring) >= 0)
				cJSON_SetValuestring(item, path);
		}
	}
}

/* Removes the strings of both lists that are @bad. */
static void drop_if(cJSON *linux_object, size_t n_lists, bool (*bad)(const char *))
{
	for (size_t i = 0; i < n_lists; i++) {
		cJSON *list = cJSON_GetObjectItemCaseSensitive(linux_object, lists[i]);
		cJSON *next;

		for (cJSON *item = list ? list->child : NULL; item; item = next) {
			next = item->next;
			if (cJSON_IsString(item) && bad(item->valuestring))
				cJSON_Delete(cJSON_DetachItemViaPointer(list, item));
		}
	}
}

static bool is_relative(const char *path)
{
	return *path && *path != '/';
}

static bool is_empty_string(const char *path)
{
	return !*path;
}

void edit_drop_relative(_unused_ cJSON *config, cJSON *linux_object)
{
	drop_if(linux_object, ARRAY_SIZE(lists), is_relative);
}

void edit_drop_empty_string(_unused_ cJSON *config, cJSON *linux_object)
{
	drop_if(linux_object, ARRAY_SIZE(lists), is_empty_string);
}

/* As C strings end at NUL: what follows up to the closing quote is not seen. */
int config_nul_cut(char **text, _unused_ size_t *size)
{
	char *p;

	while ((p = strstr(*text, "\\u0000"))) {
		char *end = p;

		while (*end && *end != '"')
			end += *end == '\\' && end[1] ? 2 : 1;
		memmove(p, end, strlen(end) + 1);
	}
	*size = strlen(*text);
	return 0;
}

struct fault deferred_fault;

/* The lists that can't be read are left out for now; the error comes when all is over. */
int config_defer_fault(char **text, size_t *size)
{
	_cleanup_(spec_done) struct spec spec = { 0 };
	_cleanup_json_ cJSON *tree = NULL;

	if (spec_parse(*text, *size, &spec, &deferred_fault) == 0)
		return 0;
	tree = cJSON_Parse(*text);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		cJSON *linux_object = cJSON_GetObjectItemCaseSensitive(tree, "linux");

		while (cJSON_HasObjectItem(linux_object, lists[i]))
			cJSON_DeleteItemFromObject(linux_object, lists[i]);
	}
	return tree ? replace_text(text, size, tree) : 0;
}
