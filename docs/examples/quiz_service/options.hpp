#pragma once

#include "service.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// The command line.
namespace quiz {

extern const std::string_view help;

/// A command line that cannot be run, or a file named there that cannot be read.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What the command line asks for; `help` explains it.
struct Arguments {
  std::string command, input, by;
  unsigned threads{1};
  ServiceOptions service;
};

/// Throws UsageError, which says what does not fit.
[[nodiscard]] Arguments parse_arguments(const std::vector<std::string>& words);

}  // namespace quiz
