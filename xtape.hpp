#pragma once

/// xtape: automatic differentiation for xtensor. This header brings in everything.

#include <autograd/autograd.hpp>
