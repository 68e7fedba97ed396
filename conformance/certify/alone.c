/* SPDX-License-Identifier: Apache-2.0 */
/* maskspec-certify where it is linked statically, to run on machines that have another OpenSSL, or
 * none. Their openssl.cnf is not read, as it speaks of that one, and their providers and engines
 * are not loaded. libcrypto could look up hosts, too, which a static C library does by the
 * machine's libraries; nobody asks it to.
 *
 * The linker has each call of F go to __wrap_F (--wrap, CERTIFY_LIBS of the Makefile).
 */
#include <netdb.h>
#include <openssl/crypto.h>

#include "reference/util.h"

void *__wrap_dlopen(const char *file, int mode);
int __wrap_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		       struct addrinfo **ret);
struct hostent *__wrap_gethostbyname(const char *name);

void *__wrap_dlopen(_unused_ const char *file, _unused_ int mode)
{
	return NULL;
}

int __wrap_getaddrinfo(_unused_ const char *node, _unused_ const char *service,
		       _unused_ const struct addrinfo *hints, _unused_ struct addrinfo **ret)
{
	return EAI_FAIL;
}

struct hostent *__wrap_gethostbyname(_unused_ const char *name)
{
	return NULL;
}

/* Before any other call, which would read it. */
__attribute__((constructor)) static void without_config(void)
{
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}
