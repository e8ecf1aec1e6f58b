namespace MailBackup.Archives;

/// <summary>The written names of <see cref="ImportResolve"/>.</summary>
public static class ImportResolveText
{
    private static readonly (ImportResolve Resolve, string Text)[] Table =
    [
        (ImportResolve.Skip, "skip"), (ImportResolve.Modify, "modify"), (ImportResolve.Replace, "replace"), (ImportResolve.Reset, "reset"),
    ];

    public static IEnumerable<string> All => Table.Select(t => t.Text);

    public static string ToText(ImportResolve resolve) => Table.First(t => t.Resolve == resolve).Text;

    /// <summary>Null for a name that is none.</summary>
    public static ImportResolve? Parse(string text)
    {
        foreach (var (resolve, name) in Table)
        {
            if (name.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return resolve;
            }
        }

        return null;
    }
}
