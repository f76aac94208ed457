#pragma once

#include <nn/class_loss.hpp>
#include <nn/ctc_loss.hpp>
#include <nn/loss_modules.hpp>
#include <nn/margin_loss.hpp>
#include <nn/regression_loss.hpp>
