#pragma once

/// Data sets, transforms, loaders and file formats.

#include <data/cifar.hpp>
#include <data/csv.hpp>
#include <data/dataset.hpp>
#include <data/digits.hpp>
#include <data/draws.hpp>
#include <data/generated.hpp>
#include <data/idx.hpp>
#include <data/image.hpp>
#include <data/image_transforms.hpp>
#include <data/loader.hpp>
#include <data/mixup.hpp>
#include <data/mnist.hpp>
#include <data/npy.hpp>
#include <data/npz.hpp>
#include <data/safetensors.hpp>
#include <data/sampler.hpp>
#include <data/save.hpp>
#include <data/split.hpp>
#include <data/tables.hpp>
#include <data/text.hpp>
#include <data/transform.hpp>
