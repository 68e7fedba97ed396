/* SPDX-License-Identifier: Apache-2.0 */
/* What a container is asked besides the paths of its fixture: other names of them, and controls. */
#include "conformance/fixture.h"

static bool has_class(const struct container *k, const char *classes)
{
	size_t i;

	for (i = 0; i < k->n_todo; i++)
		if (has_word(classes, k->todo[i].class))
			return true;
	return false;
}

/* Whether some class of chapter 40 wants to see a sibling written to. */
static bool wants_try(const struct container *k)
{
	size_t i;

	for (i = 0; i < k->n_todo; i++)
		if (strip_prefix(k->todo[i].class, "ro-") && k->todo[i].op == OP_TRYWRITE)
			return !has_class(k, "control-try");
	return false;
}

/* Every other name of one path; the same for the control shows that the names lead there. */
static void add_aliases(struct container *k, const char *class, const char *path)
{
	static const char *const formats[] = {
		"/proc/self/root%s",
		"/proc/1/root%s",
		"/proc/thread-self/root%s",
		"/proc/self/cwd%s",
		"/%s",
		"/./%s",
		"/t/..%s",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		_cleanup_text_ struct text t = { 0 };
		const char *at = strstr(formats[i], "%s");

		text_add_n(&t, formats[i], (size_t)(at - formats[i]));
		text_add(&t, path);
		class_add(k, class, t.s);
	}
}

void aliases_add(struct container *k, const char *class, const char *path)
{
	if (streq(class, "masked-dir"))
		add_aliases(k, "alias-dir", path);
	else if (streq(class, "masked-file"))
		add_aliases(k, "alias-file", path);
	else if (has_word("readonly-dir readonly-file", class))
		add_aliases(k, "readonly-alias", path);
}

/* The siblings that show the opposite, for the classes that the container's paths have. */
void controls_add(struct container *k)
{
	if (has_class(k, "masked-dir readonly-dir readonly-below-dir"))
		class_add(k, "control-dir", "/t/control.d");
	if (has_class(k, "masked-file readonly-file readonly-below-file"))
		class_add(k, "control-file", "/t/control");
	if (has_class(k, "masked-dir"))
		add_aliases(k, "control-alias", "/t/control.d");
	if (has_class(k, "masked-file"))
		add_aliases(k, "control-alias", "/t/control");
	if (has_class(k, "readonly-alias"))
		add_aliases(k, "control-alias-try", "/t/control");
	if (wants_try(k)) {
		class_add(k, "control-try", "/t/control.d");
		class_add(k, "control-try", "/t/control");
	}
	if (has_class(k, "alias-rest-dir"))
		class_add(k, "control-create", "/t/control.d");
	if (has_class(k, "below-dir"))
		class_add(k, "control-below", "/t/control.d/secret");
	class_add(k, "control", "/t/control.d");
	class_add(k, "control", "/t/control");
}
