// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace arges::cli {

// Writes a PNG of that size to measure with: a red disc on a light ground. Throws Failure.
void write_test_picture(const std::string& path, int width, int height);

}  // namespace arges::cli
