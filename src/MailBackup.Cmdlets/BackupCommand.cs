using System.Management.Automation;
using MailBackup.Cmdlets.Running;
using MailBackup.Model;

namespace MailBackup.Cmdlets;

/// <summary>
/// The base of cmdlets that work on a backup path: which one, and an open node that never outlives the pipeline.
/// </summary>
public abstract class BackupCommand : EngineCommand
{
    private readonly Dictionary<string, BackupNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<Guid, string>> _names = new(StringComparer.Ordinal);
    private readonly int _thread = Environment.CurrentManagedThreadId;

    /// <summary>
    /// By property name too: objects carry the path that they came from, and what was listed from one backup is never restored from another.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? BackupPath { get; set; }

    /// <summary>The path that this record is about, absolute. Throws <c>BackupPathNotSet</c>.</summary>
    protected string ResolvedBackupPath =>
        BackupPath is null ? RunspaceState.Current.RequireBackupPath() : ResolvePath(BackupPath);

    protected BackupNode OpenNode() => OpenNode(ResolvedBackupPath);

    protected BackupNode OpenNode(string path)
    {
        if (!_nodes.TryGetValue(path, out var node))
        {
            node = BackupNode.Open(path);
            node.Warn = WarnHere;
            _nodes.Add(path, node);
            if (node.ExposureNotice is { } notice)
            {
                WriteWarning(notice);
            }
        }

        return node;
    }

    /// <summary>For cmdlets that only read: another server's backup path and exports too, said in a warning.</summary>
    protected BackupNode OpenNodeForReading()
    {
        string path = ResolvedBackupPath;
        if (!_nodes.TryGetValue(path, out var node))
        {
            node = BackupNode.OpenForReading(path);
            node.Warn = WarnHere;
            _nodes.Add(path, node);
            if (node.ForeignNotice is { } notice)
            {
                WriteWarning(notice);
            }
        }

        return node;
    }

    /// <summary>Reading warns on the thread that reads; what an operation meets on its own threads is in its report.</summary>
    private void WarnHere(string message)
    {
        if (Environment.CurrentManagedThreadId == _thread)
        {
            WriteWarning(CmdletWords.Translate(message));
        }
    }

    /// <summary>
    /// The accounts that names and wildcards mean; a name without wildcards stays as it is, for the engine to judge. An account whose address
    /// another has now is called by its id.
    /// </summary>
    /// <param name="living">Wildcards mean living accounts only.</param>
    protected static IReadOnlyList<string> ExpandAccounts(BackupNode node, IEnumerable<string>? patterns, bool living = false)
    {
        var names = new List<string>();
        foreach (string pattern in patterns ?? [])
        {
            if (WildcardPattern.ContainsWildcardCharacters(pattern))
            {
                var wildcard = WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase);
                var accounts = node.GetAccounts();
                var called = AccountNames.Of(accounts);
                names.AddRange(accounts.Where(a => !(living && a.Deleted) && wildcard.IsMatch(a.Name)).Select(a => called[a.Id]));
            }
            else
            {
                names.Add(pattern);
            }
        }

        return names;
    }

    /// <summary>What to call the account of an object by, that came down the pipeline: its address, unless another has that now.</summary>
    protected string CallAccount(BackupNode node, Guid account, string address)
    {
        if (!_names.TryGetValue(node.Path, out var names))
        {
            _names.Add(node.Path, names = AccountNames.Of(node.GetAccounts()));
        }

        return names.GetValueOrDefault(account, address);
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var node in _nodes.Values)
        {
            node.Dispose();
        }

        _nodes.Clear();
        base.Dispose(disposing);
    }
}
