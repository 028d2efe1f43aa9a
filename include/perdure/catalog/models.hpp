#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/type_list.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/half_life.hpp>

namespace perdure::inline PERDURE_ABI::catalog {

/// Every memory model that ships. Laws, benches, bindings, the command line and the docs iterate this list.
using Models = TypeList<models::Fsrs6, models::HalfLife>;

/// The same with every compatibility profile: what can be chosen by (id, profile) at run time.
using Profiles = TypeList<models::Fsrs6, models::Fsrs6As<models::fsrs6::PyFsrs631>, models::Fsrs6As<models::fsrs6::PyFsrs632>,
                          models::Fsrs6As<models::fsrs6::FsrsRs>, models::Fsrs6As<models::fsrs6::TsFsrs5>, models::HalfLife>;

}  // namespace perdure::inline PERDURE_ABI::catalog
