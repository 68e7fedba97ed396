/* SPDX-License-Identifier: Apache-2.0 */
#include "reference/spec_config.h"
#include "reference/tests/tests.h"

#define HEAD "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"rootfs\"},"
#define PROCESS "\"process\":{\"args\":[\"x\"],\"cwd\":\"/\"},"
#define NS "\"namespaces\":[{\"type\":\"mount\"}]"
#define LINUX(text) HEAD PROCESS "\"linux\":{" NS "," text "}}"
#define ROOT(text) HEAD PROCESS text ",\"linux\":{" NS "}}"
#define PROC(text) HEAD "\"process\":{" text "},\"linux\":{" NS "}}"

/* @error is what the message must hold; NULL: accepted with @masked paths. */
static const struct {
	const char *name, *text, *error;
	size_t masked;
} rows[] = {
	{ "minimal", HEAD PROCESS "\"linux\":{" NS "}}", NULL, 0 },
	{ "two", LINUX("\"maskedPaths\":[\"/a\",\"/b\"]"), NULL, 2 },
	{ "null", LINUX("\"maskedPaths\":null"), NULL, 0 },
	{ "empty", LINUX("\"maskedPaths\":[]"), NULL, 0 },
	{ "unicode", LINUX("\"maskedPaths\":[\"/\\u00e9 \\t\\n\\\\\"]"), NULL, 1 },
	{ "backslash-u0000", LINUX("\"maskedPaths\":[\"/a\\\\u0000\"]"), NULL, 1 },
	{ "space-behind", LINUX("\"maskedPaths\":[\"/a\"]") " \n", NULL, 1 },
	{ "annotations", ROOT("\"annotations\":{\"a\":\"b\"}"), NULL, 0 },
	{ "seccomp-null", LINUX("\"seccomp\":null"), NULL, 0 },
	{ "resources-empty", LINUX("\"resources\":{}"), NULL, 0 },

	{ "string", LINUX("\"maskedPaths\":\"/a\""), "linux.maskedPaths: not a list", 0 },
	{ "object", LINUX("\"maskedPaths\":{}"), "linux.maskedPaths: not a list", 0 },
	{ "number", LINUX("\"maskedPaths\":[\"/a\",3]"), "linux.maskedPaths[1]: not a string", 0 },
	{ "null-in-list", LINUX("\"maskedPaths\":[null]"), "linux.maskedPaths[0]: not a string",
	  0 },
	{ "relative", LINUX("\"maskedPaths\":[\"a\"]"), "linux.maskedPaths[0]: not an absolute",
	  0 },
	{ "empty-string", LINUX("\"maskedPaths\":[\"\"]"), "linux.maskedPaths[0]: not an abs", 0 },
	{ "relative-ro", LINUX("\"readonlyPaths\":[\"a\"]"), "linux.readonlyPaths[0]: not an", 0 },
	{ "root-mask", LINUX("\"maskedPaths\":[\"/a\",\"///\"]"), "linux.maskedPaths[1]: '///'",
	  0 },
	{ "nul-escape", LINUX("\"maskedPaths\":[\"/a\\u0000b\"]"), "NUL", 0 },
	{ "duplicate", LINUX("\"maskedPaths\":[],\"maskedPaths\":[]"), "key 'maskedPaths'", 0 },
	{ "duplicate-deep", ROOT("\"annotations\":{\"a\":\"b\",\"a\":\"c\"}"), "key 'a'", 0 },
	{ "trailing", LINUX("\"maskedPaths\":[]") "x", "bytes behind", 0 },
	{ "two-values", HEAD PROCESS "\"linux\":{" NS "}}{}", "bytes behind", 0 },
	{ "not-json", "{\"ociVersion\":", "not JSON", 0 },
	{ "empty-file", "", "not JSON", 0 },
	{ "case", LINUX("\"MaskedPaths\":[]"), "linux.MaskedPaths: unknown field", 0 },
	{ "unknown", LINUX("\"x\":1"), "linux.x: unknown field", 0 },
	{ "seccomp", LINUX("\"seccomp\":{\"a\":1}"), "linux.seccomp: not supported", 0 },
	{ "resources", LINUX("\"resources\":{\"pids\":{}}"), "linux.resources: not supported", 0 },
	{ "rdt", LINUX("\"intelRdt\":{\"a\":1}"), "linux.intelRdt: not supported", 0 },
	{ "hooks", ROOT("\"hooks\":{\"prestart\":[{\"path\":\"/h\"}]}"),
	  "hooks.prestart: not supported", 0 },
	{ "hooks-relative", ROOT("\"hooks\":{\"createContainer\":[{\"path\":\"h\"}]}"),
	  "hooks.createContainer[0].path: not an absolute path", 0 },
	{ "hooks-timeout",
	  ROOT("\"hooks\":{\"startContainer\":[{\"path\":\"/h\",\"timeout\":0}]}"),
	  "hooks.startContainer[0].timeout: not a number of seconds", 0 },
	{ "no-version", "{\"root\":{\"path\":\"r\"}," PROCESS "\"linux\":{" NS "}}", "ociVersion",
	  0 },
	{ "version-2", "{\"ociVersion\":\"2.0.0\"}", "ociVersion: not version 1", 0 },
	{ "no-root", "{\"ociVersion\":\"1.0.0\"," PROCESS "\"linux\":{" NS "}}", "root: missing",
	  0 },
	{ "no-mount-namespace", HEAD PROCESS "\"linux\":{}}", "no mount namespace", 0 },
	{ "terminal", PROC("\"args\":[\"x\"],\"cwd\":\"/\",\"terminal\":true"), "process.terminal",
	  0 },
	{ "no-args", PROC("\"args\":[],\"cwd\":\"/\""), "process.args: empty", 0 },
	{ "no-cwd", PROC("\"args\":[\"x\"]"), "process.cwd: missing", 0 },
	{ "relative-cwd", PROC("\"args\":[\"x\"],\"cwd\":\"a\""), "process.cwd: not an abs", 0 },
	{ "apparmor", PROC("\"args\":[\"x\"],\"cwd\":\"/\",\"apparmorProfile\":\"p\""),
	  "process.apparmorProfile", 0 },
	{ "capability",
	  PROC("\"args\":[\"x\"],\"cwd\":\"/\",\"capabilities\":{\"bounding\":[\"X\"]}"),
	  "process.capabilities.bounding", 0 },
	{ "uid-negative", PROC("\"args\":[\"x\"],\"cwd\":\"/\",\"user\":{\"uid\":-1}"),
	  "process.user.uid: out of range", 0 },
	{ "uid-fraction", PROC("\"args\":[\"x\"],\"cwd\":\"/\",\"user\":{\"uid\":1.5}"),
	  "process.user.uid: not an integer", 0 },
	{ "mount-type", ROOT("\"mounts\":[{\"destination\":\"/x\",\"type\":\"ext4\"}]"),
	  "mounts[0]", 0 },
	{ "mount-relative", ROOT("\"mounts\":[{\"destination\":\"x\",\"type\":\"tmpfs\"}]"),
	  "mounts[0].destination", 0 },
	{ "bind-option",
	  ROOT("\"mounts\":[{\"destination\":\"/x\",\"source\":\"/y\",\"options\":["
	       "\"bind\",\"idmap\"]}]"),
	  "mounts[0]", 0 },
	{ "namespace-twice",
	  HEAD PROCESS "\"linux\":{\"namespaces\":[{\"type\":\"mount\"},{\"type\":"
		       "\"mount\"}]}}",
	  "linux.namespaces: a type is given twice", 0 },
	{ "namespace-time", HEAD PROCESS "\"linux\":{\"namespaces\":[{\"type\":\"time\"}]}}",
	  "linux.namespaces[0].type", 0 },
	{ "user-without-maps",
	  HEAD PROCESS "\"linux\":{\"namespaces\":[{\"type\":\"mount\"},"
		       "{\"type\":\"user\"}]}}",
	  "uidMappings", 0 },
	{ "propagation", LINUX("\"rootfsPropagation\":\"x\""), "linux.rootfsPropagation", 0 },
};

START_TEST(config)
{
	_cleanup_(spec_done) struct spec spec = { 0 };
	struct fault f = { 0 };
	int r = spec_parse(rows[_i].text, strlen(rows[_i].text), &spec, &f);

	if (!rows[_i].error) {
		ck_assert_msg(r == 0, "refused: %s", f.text);
		ck_assert_uint_eq(spec.masked_paths.n, rows[_i].masked);
		return;
	}
	ck_assert_int_lt(r, 0);
	ck_assert_msg(strstr(f.text, rows[_i].error), "said: %s", f.text);
}
END_TEST

START_TEST(raw_nul)
{
	static const char text[] = LINUX("\"maskedPaths\":[\"/a\0b\"]");
	_cleanup_(spec_done) struct spec spec = { 0 };
	struct fault f = { 0 };

	ck_assert_int_eq(spec_parse(text, sizeof(text) - 1, &spec, &f), -EINVAL);
	ck_assert_msg(strstr(f.text, "NUL"), "said: %s", f.text);
}
END_TEST

Suite *config_suite(void)
{
	Suite *s = suite_create("config");

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		add_row(s, rows[i].name, config, i);
	add_row(s, "raw-nul", raw_nul, 0);
	return s;
}
