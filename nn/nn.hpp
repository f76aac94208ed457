#pragma once

#include <nn/activations.hpp>
#include <nn/bilinear.hpp>
#include <nn/dropout.hpp>
#include <nn/embedding.hpp>
#include <nn/init.hpp>
#include <nn/linear.hpp>
#include <nn/loss.hpp>
#include <nn/metrics.hpp>
#include <nn/module.hpp>
#include <nn/module_dict.hpp>
#include <nn/module_list.hpp>
#include <nn/norm.hpp>
#include <nn/recurrent.hpp>
#include <nn/recurrent_cells.hpp>
#include <nn/reshape.hpp>
#include <nn/sequential.hpp>
