// As precompiled.h, for unit tests.
#pragma once

#include <gtest/gtest.h>

#include "precompiled.h"
