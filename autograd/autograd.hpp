#pragma once

#include <autograd/engine.hpp>
#include <autograd/factories.hpp>
#include <autograd/gradcheck.hpp>
#include <autograd/graph.hpp>
#include <autograd/memory/statistics.hpp>
#include <autograd/ops/dropout.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/index.hpp>
#include <autograd/ops/matmul.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/softmax.hpp>
#include <autograd/random.hpp>
#include <autograd/record.hpp>
#include <autograd/tape.hpp>
#include <autograd/tensor.hpp>
