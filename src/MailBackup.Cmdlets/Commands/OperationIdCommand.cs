using MailBackup.Operations;

namespace MailBackup.Cmdlets;

/// <summary>Finds operations by their id or its first digits, as lists show it.</summary>
public abstract class OperationIdCommand : BackupCommand
{
    /// <summary>Throws <c>OperationNotFound</c>, <c>ArgumentInvalid</c>.</summary>
    private protected static Operation Find(BackupNode node, string id)
    {
        if (Guid.TryParse(id, out Guid whole))
        {
            return node.Operations.Find(whole) ?? throw NotFound(id);
        }

        var found = node.Operations.List().Concat(node.Operations.History(int.MaxValue))
            .Where(o => o.Id.ToString().StartsWith(id, StringComparison.OrdinalIgnoreCase))
            .Take(2)
            .ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw NotFound(id),
            _ => throw new MailBackupException(
                ErrorIds.OperationNotFound, $"More than one operation begins with {id}.", "Give more digits of the id.", id),
        };
    }

    private static MailBackupException NotFound(string id) =>
        new(ErrorIds.OperationNotFound, $"There is no operation {id}.", "Get-BackupOperation lists the queue, with -History those that ended.", id);
}
