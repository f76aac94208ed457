#pragma once

#include <filesystem>

/// The folder of the tests' sources, where the files lie that some of them read.
std::filesystem::path tests_folder();
