using System.Globalization;
using MailBackup.Cli.Json;
using MailBackup.Cli.Output;
using MailBackup.Cli.Parsing;
using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Cli.Commands;

/// <summary>Writes items as they come: as lines of JSON, or as a table with the account over its items where there can be several.</summary>
internal static class ItemOutput
{
    public static int Write(Session session, IEnumerable<BackupItem> items, ItemQuery query)
    {
        if (session.Json)
        {
            foreach (var item in items)
            {
                session.Output.JsonLine(ItemJson.Write, item);
            }

            return ExitCode.Done;
        }

        bool withDeletion = query.Selection != ItemSelection.Living;
        var table = new Table(session.Output, session.Width, Columns(withDeletion));
        string? account = query.Accounts.Count == 1 ? query.Accounts[0] : null;
        foreach (var item in items)
        {
            if (query.Accounts.Count != 1 && item.Account != account)
            {
                account = item.Account;
                table.Heading(account);
            }

            table.Row(Cells(session, item, withDeletion));
        }

        table.Complete();
        return ExitCode.Done;
    }

    /// <summary>Local; empty for a date that the source does not have.</summary>
    public static string Date(Session session, DateTimeOffset moment) =>
        moment == default ? "" : session.ToLocal(moment).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static Column[] Columns(bool withDeletion)
    {
        List<Column> columns =
        [
            new("id", Right: true), new("type"), new("date"), new("size", Right: true), new("flags"), new("folder", Minimum: 8),
            new("from", Minimum: 10), new("subject", Minimum: 12),
        ];
        if (withDeletion)
        {
            columns.Insert(5, new("deleted"));
        }

        return [.. columns];
    }

    private static string[] Cells(Session session, BackupItem item, bool withDeletion)
    {
        List<string> cells =
        [
            item.Id.ToString(), ItemTypeNames.ToName(item.Type), Date(session, item.Date),
            item.Type == ItemType.Folder ? "" : Quantity.Size(item.Size), item.Flags.ToLetters(), item.Folder, item.From,
            item.Type == ItemType.Folder ? "" : item.Subject,
        ];
        if (withDeletion)
        {
            cells.Insert(5, item.Deleted ? Date(session, item.Start) : "");
        }

        return [.. cells];
    }
}
