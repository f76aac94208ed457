#pragma once

#include <string>

#include "training.hpp"

namespace demo {

/// The training as an SVG picture: the losses over the epochs on a logarithmic scale, and below them the accuracy on
/// the test set. Example: `out << loss_curve(history, "digits");`
std::string loss_curve(const History& history, const std::string& title);

}  // namespace demo
