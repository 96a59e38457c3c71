internal import ArgumentParser
internal import Models
internal import Planning
internal import Reporting

/// Figures that the command line names.
enum Chosen {
  /// The figures of `wanted`, or the usual ones; a path that leads nowhere ends the tool with 64.
  static func figures(_ wanted: [String], of trials: [Trial], usual: [String]) throws -> [ChosenFigure] {
    do throws(FigureSelection.Failure) {
      let catalogues = trials.map { RunFigure.catalogue(of: $0.prepared) }
      return try FigureSelection.choose(wanted, among: catalogues, usual: usual)
    } catch {
      Log.line(error.description)
      throw ExitCode.validationFailure
    }
  }
}

extension Log {
  /// Writes files; what cannot be written ends the tool with 1 and a sentence.
  static func reporting<Answer>(_ write: () throws(OutputFile.WriteError) -> Answer) throws -> Answer {
    do throws(OutputFile.WriteError) {
      return try write()
    } catch {
      line("weir: \(error)")
      throw ExitStatus.failure
    }
  }
}
