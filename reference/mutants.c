/* SPDX-License-Identifier: Apache-2.0 */
/* Named faults of the test build. */
#include "reference/seam.h"
