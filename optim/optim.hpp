#pragma once

#include <optim/adadelta.hpp>
#include <optim/adagrad.hpp>
#include <optim/adam.hpp>
#include <optim/adamax.hpp>
#include <optim/asgd.hpp>
#include <optim/clip.hpp>
#include <optim/nadam.hpp>
#include <optim/optimizer.hpp>
#include <optim/radam.hpp>
#include <optim/rmsprop.hpp>
#include <optim/rprop.hpp>
#include <optim/schedule.hpp>
#include <optim/sgd.hpp>
