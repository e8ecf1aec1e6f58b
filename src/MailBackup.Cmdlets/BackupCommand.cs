using System.Management.Automation;
using MailBackup.Cmdlets.Running;

namespace MailBackup.Cmdlets;

/// <summary>
/// The base of all cmdlets: which backup path, an open node, Ctrl+C, and errors of the engine as error records. PowerShell disposes a cmdlet
/// however its pipeline ends, so that a node never outlives it.
/// </summary>
public abstract class BackupCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, BackupNode> _nodes = new(StringComparer.Ordinal);

    /// <summary>
    /// By property name too: objects carry the path that they came from, and what was listed from one backup is never restored from another.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? BackupPath { get; set; }

    /// <summary>Cancelled by Ctrl+C.</summary>
    protected CancellationToken StopToken => _stop.Token;

    /// <summary>The path that this record is about, absolute. Throws <c>BackupPathNotSet</c>.</summary>
    protected string ResolvedBackupPath =>
        BackupPath is null ? RunspaceState.Current.RequireBackupPath() : ResolvePath(BackupPath);

    protected BackupNode OpenNode() => OpenNode(ResolvedBackupPath);

    protected BackupNode OpenNode(string path)
    {
        if (!_nodes.TryGetValue(path, out var node))
        {
            node = BackupNode.Open(path);
            _nodes.Add(path, node);
        }

        return node;
    }

    /// <summary>The absolute form of a path as people type it here: relative to the current location, <c>~</c>, drives.</summary>
    protected string ResolvePath(string path)
    {
        string resolved = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        return provider.Name == "FileSystem"
            ? resolved
            : throw new MailBackupException(ErrorIds.ArgumentInvalid, $"{path} is not in the file system.", "Give a path of the file system.", path);
    }

    /// <summary>The accounts that names and wildcards mean; a name without wildcards stays as it is, for the engine to judge.</summary>
    protected static IReadOnlyList<string> ExpandAccounts(BackupNode node, IEnumerable<string>? patterns)
    {
        var names = new List<string>();
        foreach (string pattern in patterns ?? [])
        {
            if (WildcardPattern.ContainsWildcardCharacters(pattern))
            {
                var wildcard = WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase);
                names.AddRange(node.GetAccounts().Select(a => a.Name).Where(wildcard.IsMatch));
            }
            else
            {
                names.Add(pattern);
            }
        }

        return names;
    }

    /// <summary>Runs work of the engine off the pipeline thread; see <see cref="PipelineBridge"/>.</summary>
    internal T RunEngine<T>(Func<PipelineBridge, CancellationToken, Task<T>> work) => PipelineBridge.Run(this, work, StopToken);

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

    protected virtual void Dispose(bool disposing)
    {
        foreach (var node in _nodes.Values)
        {
            node.Dispose();
        }

        _nodes.Clear();
        _stop.Dispose();
    }

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
