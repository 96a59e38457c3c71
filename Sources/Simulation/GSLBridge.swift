internal import CGSL

/// libgsl, for the quantiles and distributions of reports. It computes with libm, so nothing that decides in the model
/// comes from it.
enum GSL {
  /// Makes libgsl report errors instead of aborting the process; once is enough.
  static func prepare() { _ = isPrepared }
  private static let isPrepared: Bool = {
    gsl_set_error_handler_off()
    return true
  }()
}
