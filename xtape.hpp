#pragma once

/// xtape: automatic differentiation for xtensor. This header brings in everything.

#include <autograd/autograd.hpp>
#include <data/data.hpp>
#include <data/training/training.hpp>
#include <nn/nn.hpp>
#include <optim/optim.hpp>
