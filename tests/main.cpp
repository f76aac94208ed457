#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <folder.hpp>

std::filesystem::path tests_folder() { return XTAPE_TESTS_FOLDER; }
