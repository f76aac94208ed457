#pragma once

#include <string>

#include <plot/figure.hpp>

#include "training.hpp"

namespace demo {

/// The training as a picture: the losses over the epochs on a logarithmic scale, and below them the accuracy on the
/// test set. Example: `loss_curve(history, "digits").save("out/digits-loss.svg");`
xtape::plot::Figure loss_curve(const History& history, const std::string& title);

}  // namespace demo
