#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/type_list.hpp>
#include <perdure/models/act_r.hpp>
#include <perdure/models/anki_sm_2.hpp>
#include <perdure/models/constant.hpp>
#include <perdure/models/dash.hpp>
#include <perdure/models/dash_act_r.hpp>
#include <perdure/models/dash_mcm.hpp>
#include <perdure/models/ebisu_v2.hpp>
#include <perdure/models/fsrs4_5.hpp>
#include <perdure/models/fsrs5.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/fsrs7.hpp>
#include <perdure/models/half_life.hpp>
#include <perdure/models/hlr.hpp>
#include <perdure/models/hlr_duolingo.hpp>
#include <perdure/models/leitner.hpp>
#include <perdure/models/pimsleur.hpp>
#include <perdure/models/power_law.hpp>
#include <perdure/models/sm_2.hpp>
#include <perdure/models/wickelgren.hpp>

namespace perdure::inline PERDURE_ABI::catalog {

/// Every memory model that ships. Laws, benches, bindings, the command line and the docs iterate this list.
using Models = TypeList<models::Fsrs45, models::Fsrs5, models::Fsrs6, models::Fsrs7, models::HalfLife, models::Hlr, models::HlrDuolingo,
                        models::Dash, models::DashMcm, models::DashActR, models::ActR, models::EbisuV2, models::Sm2, models::AnkiSm2,
                        models::Leitner, models::Pimsleur, models::PowerLaw, models::Wickelgren, models::Constant>;

/// The same with every compatibility profile: what can be chosen by (id, profile) at run time.
using Profiles = TypeList<models::Fsrs45, models::Fsrs5, models::Fsrs6, models::Fsrs6As<models::fsrs6::PyFsrs631>,
                          models::Fsrs6As<models::fsrs6::PyFsrs632>, models::Fsrs6As<models::fsrs6::FsrsRs>,
                          models::Fsrs6As<models::fsrs6::TsFsrs5>, models::Fsrs7, models::HalfLife, models::Hlr, models::HlrDuolingo,
                          models::Dash, models::DashMcm, models::DashActR, models::ActR, models::EbisuV2, models::Sm2, models::AnkiSm2,
                          models::Leitner, models::Pimsleur, models::PowerLaw, models::Wickelgren, models::Constant>;

}  // namespace perdure::inline PERDURE_ABI::catalog
