// SPDX-License-Identifier: GPL-2.0-or-later
#include "api.h"

DOT11EXT_APIS api;
