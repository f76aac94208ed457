#pragma once

#include <stdexcept>
#include <string>

namespace xtape {

/// What every error of the library derives from. The message names the operation, the shapes or values that it met,
/// and what would fit.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Shapes or axes that do not fit together.
class ShapeError : public Error {
 public:
  using Error::Error;
};

/// An element type that the operation does not take.
class DtypeError : public Error {
 public:
  using Error::Error;
};

/// An index, axis or class outside its range.
class IndexError : public Error {
 public:
  using Error::Error;
};

/// A matrix that the operation cannot work with: singular, not positive definite, of deficient rank.
class LinalgError : public Error {
 public:
  using Error::Error;
};

/// A gradient that does not exist, was freed, or is wrong.
class GradError : public Error {
 public:
  using Error::Error;
};

/// A file that is missing, damaged or cannot be written.
class IoError : public Error {
 public:
  using Error::Error;
};

}  // namespace xtape
