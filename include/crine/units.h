#pragma once

/// The one set of units inside crine: µm, s, molecules. Concentration × volume is an amount without a factor.

namespace crine {

inline constexpr double kAvogadro = 6.02214076e23;       ///< [1/mol] exact, SI 2019
inline constexpr double kMolar = kAvogadro * 1e-15;      ///< 1 mol/L in molecules/µm³
inline constexpr double kNanomolar = kMolar * 1e-9;      ///< 0.602214076 molecules/µm³
inline constexpr double kPerMolarSecond = 1.0 / kMolar;  ///< 1 /M/s in µm³/s per molecule
inline constexpr double kMinute = 60;                    ///< [s]
inline constexpr double kHour = 3600;                    ///< [s]
inline constexpr double kDay = 86400;                    ///< [s]
inline constexpr double kPi = 3.14159265358979323846;

}  // namespace crine
