/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of build/maskspec-certify, which maskspec calls by their names. They are a program
 * of their own, so that maskspec needs no libcrypto.
 */
#pragma once

#include "conformance/maskspec.h"

command_main cmd_keygen;
