using System.Management.Automation;
using MailBackup.Cmdlets.Running;

namespace MailBackup.Cmdlets;

/// <summary>
/// The base of all cmdlets: Ctrl+C, work of the engine off the pipeline thread, errors of the engine as error records. PowerShell disposes a
/// cmdlet however its pipeline ends.
/// </summary>
public abstract class EngineCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Cancelled by Ctrl+C.</summary>
    protected CancellationToken StopToken => _stop.Token;

    /// <summary>The absolute form of a path as people type it here: relative to the current location, <c>~</c>, drives.</summary>
    protected string ResolvePath(string path)
    {
        string resolved = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        return provider.Name == "FileSystem"
            ? resolved
            : throw new MailBackupException(ErrorIds.ArgumentInvalid, $"{path} is not in the file system.", "Give a path of the file system.", path);
    }

    /// <summary>Runs work of the engine off the pipeline thread; see <see cref="PipelineBridge"/>.</summary>
    internal T RunEngine<T>(Func<PipelineBridge, CancellationToken, Task<T>> work) => PipelineBridge.Run(this, work, StopToken);

    /// <summary>True with -WhatIf, or where the preference says so for all commands.</summary>
    protected bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? given)
        ? given is SwitchParameter { IsPresent: true }
        : LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("WhatIfPreference"));

    protected void WriteFailure(MailBackupException e) => WriteError(ErrorTranslation.ToRecord(e));

    protected virtual void Begin()
    {
    }

    protected virtual void Process()
    {
    }

    protected virtual void End()
    {
    }

    protected sealed override void BeginProcessing() => Translate(Begin);

    protected sealed override void ProcessRecord() => Translate(Process);

    protected sealed override void EndProcessing() => Translate(End);

    protected override void StopProcessing() => _stop.Cancel();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => _stop.Dispose();

    /// <summary>Exceptions of PowerShell itself (a stopped pipeline, Select-Object -First, -ErrorAction Stop) pass through untouched.</summary>
    private void Translate(Action step)
    {
        try
        {
            step();
        }
        catch (MailBackupException e)
        {
            var record = ErrorTranslation.ToRecord(e);
            if (!ErrorTranslation.ConcernsOneThing(e.ErrorId))
            {
                ThrowTerminatingError(record);
                return;
            }

            WriteError(record);
        }
        catch (OperationCanceledException) when (Stopping)
        {
        }
        catch (Exception e) when (e is not (RuntimeException or FlowControlException))
        {
            ThrowTerminatingError(ErrorTranslation.ToRecord(e, MyInvocation.MyCommand.Name));
        }
    }
}
