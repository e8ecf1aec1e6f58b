using System.Management.Automation;
using MailBackup.Operations;

namespace MailBackup.Cmdlets.Running;

/// <summary>What an ended operation leaves to say: warnings as warnings, each item that failed as an error.</summary>
internal static class OperationOutcome
{
    public static bool HasEnded(Operation operation) => operation.State is not (OperationState.Queued or OperationState.Running);

    public static bool Failed(Operation operation) => operation.State is OperationState.Failed or OperationState.Interrupted;

    public static void Write(Cmdlet cmdlet, Operation operation)
    {
        if (operation.State == OperationState.Stopped)
        {
            cmdlet.WriteWarning($"{operation.Kind} {operation.Id} was stopped. What it had done is kept.");
        }

        if (operation.Report is not { } report)
        {
            return;
        }

        foreach (string warning in report.Warnings)
        {
            cmdlet.WriteWarning(CmdletWords.Translate(warning));
        }

        foreach (var trouble in report.Troubles)
        {
            cmdlet.WriteError(ErrorTranslation.ToRecord(trouble));
        }

        if (report.Errors > report.Troubles.Count && report.Troubles.Count > 0)
        {
            cmdlet.WriteWarning($"{report.Errors - report.Troubles.Count} further errors are counted but not listed.");
        }
    }
}
