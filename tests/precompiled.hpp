#pragma once

#include <doctest/doctest.h>

#include <xtape.hpp>
