#include <perdure/version.hpp>

namespace perdure::inline PERDURE_ABI {

std::string_view version() noexcept { return PERDURE_VERSION; }

}  // namespace perdure::inline PERDURE_ABI
