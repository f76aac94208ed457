#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <xtape.hpp>

/// How the golden test calls each op: its name in the files, and a lambda that reads the case's options and calls it.
namespace golden {

using namespace xtape;
using Json = nlohmann::json;

/// What an op returns: one tensor or several.
struct Outputs {
  Outputs(Tensor one) : tensors{std::move(one)} {}
  Outputs(Tensors several) : tensors(std::move(several)) {}
  Outputs(std::pair<Tensor, Tensor> two) : tensors{std::move(two.first), std::move(two.second)} {}
  Tensors tensors;
};

/// The inputs of a case; one that is left out reads as undefined.
class Inputs {
 public:
  explicit Inputs(Tensors tensors, std::map<std::string, std::size_t> names = {})
      : m_tensors(std::move(tensors)), m_names(std::move(names)) {}
  Tensor operator[](std::size_t i) const { return i < m_tensors.size() ? m_tensors[i] : Tensor(); }
  /// An input that has a name rather than a place.
  Tensor named(const char* name) const {
    const auto found = m_names.find(name);
    return found == m_names.end() ? Tensor() : m_tensors.at(found->second);
  }
  const Tensors& all() const { return m_tensors; }
  Tensors from(std::ptrdiff_t first) const { return {m_tensors.begin() + first, m_tensors.end()}; }

 private:
  Tensors m_tensors;
  std::map<std::string, std::size_t> m_names;
};

/// The options of a case, by name. Keeps in mind which were asked for.
class Options {
 public:
  explicit Options(const Json& json) : m_json(json) {}

  bool has(const char* name) const {
    m_read.insert(name);
    return m_json.contains(name);
  }
  const Json& json(const char* name) const {
    m_read.insert(name);
    return m_json.at(name);
  }
  template <class T>
  T get(const char* name) const {
    return json(name).get<T>();
  }
  template <class T>
  T get(const char* name, T otherwise) const {
    return has(name) ? json(name).get<T>() : otherwise;
  }
  std::ptrdiff_t number(const char* name) const { return get<std::ptrdiff_t>(name); }
  std::ptrdiff_t axis() const { return number("axis"); }
  std::vector<std::ptrdiff_t> list(const char* name) const { return get<std::vector<std::ptrdiff_t>>(name); }
  Axes axes(const char* name = "axes") const { return has(name) ? Axes(list(name)) : Axes(); }
  KeepDims keep() const { return {get("keep_dims", false)}; }
  Shape shape(const char* name = "shape") const {
    const auto sizes = get<std::vector<std::size_t>>(name);
    return Shape(sizes.begin(), sizes.end());
  }
  bool is(const char* name, const char* text) const { return has(name) && json(name) == text; }
  /// One number, or one for each axis.
  template <class T = PerAxis>
  T per_axis(const char* name, std::type_identity_t<T> otherwise = {}) const {
    if (!has(name)) return otherwise;
    if (json(name).is_number()) return T(number(name));
    const auto numbers = list(name);
    return numbers.size() == 1   ? T{numbers[0]}
           : numbers.size() == 2 ? T{numbers[0], numbers[1]}
                                 : T{numbers[0], numbers[1], numbers.at(2)};
  }

  /// The names that nothing asked for, each behind a space.
  std::string unread() const {
    std::string names;
    for (const auto& option : m_json.items()) {
      if (!m_read.contains(option.key())) names += " " + option.key();
    }
    return names;
  }

 private:
  const Json& m_json;
  mutable std::set<std::string> m_read;
};

using Op = std::function<Outputs(const Inputs& x, const Options& o)>;
using Table = std::map<std::string, Op>;

Table elementwise_table();
Table reductions_table();
Table shape_table();
Table index_table();
Table linear_algebra_table();
Table convolutions_table();
Table networks_table();

}  // namespace golden
