#pragma once

#include <plot/boundary.hpp>
#include <plot/figure.hpp>
#include <plot/images.hpp>
