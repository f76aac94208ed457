#pragma once

/// The training loop: Trainer, and what it takes and gives.

#include <data/training/history.hpp>
#include <data/training/trainer.hpp>
